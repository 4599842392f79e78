"""The coarsest level, solved exactly by a factorisation made once."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import csr_of
from sciml.kernels._stencil import Array
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.sliced_matmul import sliced_matmul
from sciml.solvers.multigrid.bottom import pseudo_inverse

__all__ = ["Bottom", "build_bottom"]

# Up to this size a dense inverse is a small matrix, and one product with it cheaper than two triangular solves.
DENSE = 1500
# What makes singular matrices regular, relative to their diagonal.
SHIFT = 1e-12


class Bottom(Protocol):
    """Solves for one right-hand side, or for many as columns."""

    def __call__(self, b: Array, /) -> Array: ...


def build_bottom(A: Any, dtype: DTypeLike) -> Bottom:
    """The solver of A x = b of least norm for a csr_array A; NaN where A holds NaN, which ends iterations."""
    if not np.all(np.isfinite(A.data)):
        return useless
    return dense_solver(A, dtype) if A.shape[0] <= DENSE else sparse_solver(A)


def useless(b: Array) -> Array:
    """NaN: an iteration that meets it ends as a breakdown."""
    return np.full_like(b, np.nan)


def dense_solver(A: Any, dtype: DTypeLike) -> Bottom:
    """Product with the pseudo-inverse, by a kernel that gives the same for any number of threads, as BLAS does not."""
    from scipy.sparse import csr_array
    from threadpoolctl import threadpool_limits

    dense = A.toarray()
    with threadpool_limits(1, user_api="blas"):
        inverse = csr_of(csr_array(pseudo_inverse((dense + dense.T) / 2)), dtype)

    sliced = csr_slice(inverse)

    def solve(b: Array) -> Array:
        return sliced_matmul(sliced, b) if b.ndim == 1 else csr_matmul(inverse, b)

    return solve


def sparse_solver(A: Any) -> Bottom:
    """Sparse LU of A where coarsening ended early; a slight shift of the diagonal makes singular ones regular."""
    from scipy.sparse import csc_array, diags_array
    from scipy.sparse.linalg import splu

    shift = SHIFT * np.abs(A.diagonal())
    factor = splu(csc_array(A + diags_array(shift)), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})

    def solve(b: Array) -> Array:
        return np.asarray(factor.solve(np.asarray(b, dtype=np.float64)))

    return solve
