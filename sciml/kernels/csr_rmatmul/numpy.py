"""Reference of the transposed product."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._stencil import Array

__all__ = ["csr_rmatmul"]


def csr_rmatmul(A: CSR, x: Array, out: Array) -> Array:
    """A^T x, of the shape of `out`."""
    rows = np.repeat(np.arange(A.rows), np.diff(A.starts))
    y = np.zeros_like(out)
    np.add.at(y, A.columns, (A.values * x[rows].T).T)
    return y
