"""Reference of Gauss-Seidel sweeps in slices: those over compressed rows, whatever slices are made of them."""

from sciml.kernels._csr import CSR, Index, Split
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel.numpy import csr_gauss_seidel

__all__ = ["sliced_gauss_seidel"]


def sliced_gauss_seidel(A: Split[CSR], ends: Index, b: Array, x: Array, backward: bool, zero: bool) -> Array:
    """x after a sweep."""
    return csr_gauss_seidel(A, b, x, backward, zero)
