"""Sparse matrices as operators, with what solvers want to know of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.mesh.components import NullSpace

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import LinearOperator

__all__ = ["EPS", "MatrixOperator", "Semidefinite", "narrowed"]

# Products with as many entries are worth a kernel, which threads share.
LONG = 100_000
EPS = float(np.finfo(np.float64).eps)
# What assembly may leave between an entry and the one across the diagonal, relative to the entries of the row.
ASYMMETRY = 4096 * EPS


class Semidefinite(NamedTuple):
    """A matrix is symmetric and x'Ax > 0 unless x is in the null space (None: for every x but 0)."""

    nullspace: NullSpace | None = None


def narrowed(matrix: "csr_array[Any]") -> "csr_array[Any]":
    """The matrix itself, with int32 indices where they fit, as PyAMG, SuperLU and PARDISO need."""
    if max(matrix.nnz, matrix.shape[0]) < 2**31 and matrix.indices.dtype != np.int32:
        matrix.indices = matrix.indices.astype(np.int32)
        matrix.indptr = matrix.indptr.astype(np.int32)
    return matrix


@dataclass(frozen=True, eq=False)
class MatrixOperator:
    """A square sparse matrix in float64 with the facts solvers ask for.

    Parameters
    ----------
    csr : csr_array of float64, shape (N, N)
        Canonical: sorted indices, duplicates summed, explicit zeros removed.
    known : Semidefinite, optional
        What the author of the matrix knows; without it the entries are looked at when a solver asks.
    block : int
        Unknowns that belong to one node each, as a BSR matrix has them.

    Notes
    -----
    It has `shape`, `dtype`, `matvec` and `matmat`, so SciPy's iterative solvers take it as it is.

    Examples
    --------
    >>> from scipy.sparse import diags_array
    >>> A = MatrixOperator(diags_array([[-1.0, -1.0], [1.0, 2.0, 1.0], [-1.0, -1.0]], offsets=[-1, 0, 1]).tocsr())
    >>> A.is_symmetric, A.nullspace.count
    (True, 1)
    """

    csr: "csr_array[Any]"
    known: Semidefinite | None = None
    block: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Matrix shape (N, N)."""
        n = int(self.csr.shape[0])
        return n, n

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Always float64."""
        return np.dtype(np.float64)

    @property
    def unknowns(self) -> int:
        """Number of rows."""
        return self.shape[0]

    def matvec(self, x: ArrayLike) -> NDArray[np.float64]:
        """A x for a vector (N,) or a column (N, 1)."""
        x = np.asarray(x, dtype=np.float64)
        if self.csr.nnz < LONG or x.ndim != 1:
            return np.asarray(self.csr @ x)
        return self.product(np.ascontiguousarray(x), np.empty_like(x))

    def product(self, x: NDArray[np.float64], out: NDArray[np.float64]) -> NDArray[np.float64]:
        """Write A x for a vector into `out` by a kernel, which threads share; returns `out`."""
        from sciml.kernels._csr import csr_of
        from sciml.kernels.csr_matmul import csr_matmul

        return np.asarray(csr_matmul(csr_of(self.csr), x, out), dtype=np.float64)

    def rmatvec(self, x: ArrayLike) -> NDArray[np.float64]:
        """A' x."""
        return np.asarray(self.csr.T @ np.asarray(x, dtype=np.float64))

    def matmat(self, x: ArrayLike) -> NDArray[np.float64]:
        """A X for X of shape (N, k)."""
        return self.matvec(x)

    def __matmul__(self, x: ArrayLike) -> NDArray[np.float64]:
        return self.matvec(x)

    def diagonal(self) -> NDArray[np.float64]:
        """Diagonal of A, (N,)."""
        return np.asarray(self.csr.diagonal())

    def tocsr(self) -> "csr_array[Any]":
        """The matrix itself."""
        return self.csr

    def aslinearoperator(self) -> "LinearOperator":
        """SciPy's wrapper around this operator."""
        from scipy.sparse.linalg import aslinearoperator

        return aslinearoperator(self.csr)

    @cached_property
    def absolute(self) -> "csr_array[Any]":
        """|A| entry by entry."""
        return abs(self.csr)

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether A equals its transpose up to rounding.

        An entry that assembly sums up from many terms is off by some roundings of the largest entry of its
        row, and so is the one across the diagonal; with rows of different size the smaller one counts.
        """
        if self.known is not None:
            return True
        difference = abs(self.csr - self.csr.T).tocoo()
        if difference.nnz == 0:
            return True
        largest = self.absolute.max(axis=1).toarray().ravel()
        scale = np.minimum(largest[difference.row], largest[difference.col])
        return bool(np.all(difference.data <= ASYMMETRY * scale))

    @cached_property
    def is_indefinite(self) -> bool:
        """Whether x'Ax < 0 for an x that is quickly tried: a unit vector, or the constant.

        A zero on the diagonal counts when its row has entries: x'Ax then takes both signs.
        """
        if self.known is not None:
            return False
        filled = np.diff(self.csr.indptr) > 0
        if np.any(self.diagonal()[filled] <= 0):
            return True
        return float(self.csr.sum()) < -64 * EPS * float(self.absolute.sum())

    @cached_property
    def nullspace(self) -> NullSpace | None:
        """Constants on the connected components whose rows sum to zero; None when there are none.

        Rows sum to zero on a component exactly when A maps its constant to zero; entries that were
        assembled in floating point leave a few roundings of the absolute row sum.
        """
        if self.known is not None:
            return self.known.nullspace
        n = self.shape[0]
        sums = np.abs(self.csr @ np.ones(n))
        limits = 64 * EPS * (self.absolute @ np.ones(n))
        if n == 0 or not np.any(sums <= limits) or not self.is_symmetric:
            return None
        from scipy.sparse.csgraph import connected_components

        count, label = connected_components(self.csr, directed=False)
        floating = np.bincount(label, weights=sums > limits, minlength=count) == 0
        if not floating.any():
            return None
        if count == 1:
            return NullSpace(n)
        cells = np.flatnonzero(floating[label])
        cells = cells[np.argsort(label[cells], kind="stable")]
        starts = np.flatnonzero(np.diff(label[cells], prepend=-1))
        return NullSpace(n, cells.astype(np.int64), starts.astype(np.int64))
