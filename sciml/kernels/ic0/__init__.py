"""Incomplete Cholesky factorisation without fill-in, IC(0), for sparse matrices."""

from typing import TYPE_CHECKING, Any

from sciml.kernels._stencil import Array
from sciml.kernels.ic0.numba import factor, solve

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["ic0_apply", "ic0_factor"]


def ic0_factor(lower: "csr_array[Any]") -> "csr_array[Any]":
    """The factor L with the pattern of `lower` and (L L')_ij = a_ij there.

    Parameters
    ----------
    lower : csr_array of float64, shape (N, N)
        Lower triangle of A with its positive diagonal, indices sorted. A pivot that is not
        positive is replaced by the diagonal entry.

    References
    ----------
    J. A. Meijerink and H. A. van der Vorst, "An iterative solution method for linear systems of
    which the coefficient matrix is a symmetric M-matrix", Math. Comp. 31, 1977.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> ic0_factor(csr_array([[4.0, 0.0], [2.0, 5.0]])).toarray()
    array([[2., 0.],
           [1., 2.]])
    """
    L = lower.copy()
    factor(L.indptr, L.indices, L.data)
    return L


def ic0_apply(L: "csr_array[Any]", r: Array, out: Array) -> Array:
    """Write (L L')^-1 r into `out` and return it; both of shape (N,).

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> ic0_apply(csr_array([[2.0, 0.0], [1.0, 2.0]]), np.array([6.0, 7.0]), np.empty(2))
    array([1., 1.])
    """
    solve(L.indptr, L.indices, L.data, r, out)
    return out
