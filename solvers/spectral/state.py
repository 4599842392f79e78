"""What the set-up of a spectral method leaves: an operator and the inverse of a box."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.pde.operator import StencilOperator
from sciml.solvers.spectral.inverse import SeparableInverse

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["SpectralState"]


@dataclass(frozen=True, eq=False)
class SpectralState:
    """An operator A and M, the inverse of a separable operator that equals A or is close to it.

    Parameters
    ----------
    A : StencilOperator
    inverse : SeparableInverse
    """

    A: StencilOperator
    inverse: SeparableInverse

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Overwrite `z` by M r; both of shape (N,) or (batch, N).

        M is symmetric and positive definite on the active cells, up to constants on floating
        components: residuals are continued by 0 into obstacles and projected before and after.
        """
        rows = np.array(r, dtype=np.float64, order="C").reshape(-1, self.A.shape[0])
        self._restrict(rows)
        x = self.inverse(rows)
        self._restrict(x)
        z[...] = x.reshape(z.shape)

    def aspreconditioner(self) -> "LinearOperator":
        """M for ``M=`` of SciPy's Krylov solvers.

        Examples
        --------
        >>> from scipy.sparse.linalg import cg
        >>> from sciml.mesh import Grid
        >>> from sciml.pde import poisson
        >>> from sciml.solvers.spectral import FFTPreconditioner
        >>> system = poisson(Grid((32, 32)), coefficient="1 + x * y")
        >>> M = FFTPreconditioner().setup(system.A).aspreconditioner()
        >>> x, info = cg(system.A.aslinearoperator(), system.b.ravel(), M=M, maxiter=10)
        >>> info
        0
        """
        from scipy.sparse.linalg import LinearOperator

        def product(r: ArrayLike) -> NDArray[np.float64]:
            rows = np.asarray(r, dtype=np.float64).T
            z = np.empty(rows.shape)
            self.apply(rows, z)
            return z.T

        return LinearOperator(self.A.shape, matvec=product, rmatvec=product, matmat=product, dtype=np.float64)

    def _restrict(self, rows: NDArray[np.float64]) -> None:
        if self.A.active is not None:
            rows[:, ~self.A.active.ravel()] = 0.0
        if self.A.nullspace is not None:
            for row in rows:
                self.A.nullspace.project(row)
