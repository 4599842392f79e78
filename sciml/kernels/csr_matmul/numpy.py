"""Reference of the sparse product."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._stencil import Array

__all__ = ["csr_matmul"]


def csr_matmul(A: CSR, x: Array, b: Array | None, scale: float) -> Array:
    """b + scale A x."""
    rows = np.repeat(np.arange(A.rows), np.diff(A.starts))
    y = np.zeros((A.rows, *x.shape[1:]), x.dtype)
    np.add.at(y, rows, (A.values * x[A.columns].T).T)
    y *= x.dtype.type(scale)
    return y if b is None else b + y
