"""Launches of the sparse product on a device.

Not by cuSPARSE as CuPy offers it: that asks the device about the order of the entries before every product, copies
64-bit indices, other precisions and columns in C order each time, and leaves b and the scale to further passes.
"""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._csr_device import group_size, one_index, width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "csr_matmul"]

PROGRAM = Program(__package__, "csr", types=("REAL", "INPUT", "INDEX"))


def csr_matmul(A: CSR, x: Array, out: Array | None = None, *, b: Array | None = None, scale: float = 1.0) -> Array:
    """See the package function."""
    if out is None:
        out = np.empty_like(x, shape=(A.rows, *x.shape[1:]), dtype=A.values.dtype)
    A, width = one_index(A), width_of(x)
    name, share = ("products", width) if width != 1 else ("product", group_size(A.entries // max(A.rows, 1)))
    added = out if b is None else b
    PROGRAM.launch(
        name, A.rows * share, (out.dtype, x.dtype, A.starts.dtype),
        np.int64(A.rows), share, A, x, added, b is not None, out.dtype.type(scale), out,
    )
    return out
