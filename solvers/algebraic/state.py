"""The set-up of AMG: the matrices of all levels, arranged for one right-hand side or for many when asked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array
from sciml.solvers._operator import SystemOperator
from sciml.solvers.algebraic.arranged import Arranged, Cycling, Places, arrange
from sciml.solvers.algebraic.hierarchy import Matrices
from sciml.solvers.algebraic.ordering import Order

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["AMGState"]


@dataclass(frozen=True, eq=False)
class AMGState:
    """Levels of an algebraic multigrid method: solver state and preconditioner.

    Parameters
    ----------
    A : operator, shape (N, N)
    kept : ndarray of int64, shape (m,), optional
        Rows over which the levels were built, None for all; inactive and empty rows are left out.
    matrices : list
        (A, P) of every level as csr_arrays, finest first, P of the last one None.
    how : Cycling
    known : list of Numbering or None, optional
        Numberings of levels that need not be found.
    """

    A: SystemOperator
    kept: Order | None
    matrices: Matrices
    how: Cycling
    known: Places | None = None

    @cached_property
    def single(self) -> Arranged:
        """For one right-hand side, where the time goes into the work of rows: in the order that was asked for."""
        return arrange(self.kept, self.A.nullspace, self.matrices, self.how, self.how.ordering, self.known)

    @cached_property
    def wide(self) -> Arranged:
        """For many right-hand sides, where it goes into memory: as given, so that what rows read lies close.

        Built when first asked for.
        """
        if self.how.ordering == "natural":
            return self.single
        return arrange(self.kept, self.A.nullspace, self.matrices, self.how, "natural")

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = M r: one cycle from zero, for a vector (N,) or columns (N, k)."""
        (self.single if r.ndim == 1 else self.wide).apply(r, z)

    def aspreconditioner(self) -> "LinearOperator":
        """One cycle for ``M=`` of SciPy's solvers, for one vector or many."""
        from scipy.sparse.linalg import LinearOperator

        n = self.A.shape[0]

        def product(r: Array) -> Array:
            given = np.asarray(r, dtype=np.float64)
            columns = given.ravel() if given.size == n else given
            z = np.empty_like(columns)
            self.apply(columns, z)
            return z.reshape(given.shape)

        return LinearOperator(
            (n, n), matvec=product, rmatvec=product, matmat=product, rmatmat=product, dtype=np.dtype(np.float64)
        )

    def summary(self) -> dict[str, Any]:
        """Unknowns and entries of every level, the sum of entries over those of A, the precision of cycles."""
        entries = [int(A.nnz) for A, _ in self.matrices]
        return {
            "hierarchy": [{"unknowns": int(A.shape[0]), "nonzeros": int(A.nnz)} for A, _ in self.matrices],
            "operator_complexity": sum(entries) / max(entries[0], 1),
            "cycle_dtype": str(self.single.cycle.dtype),
        }
