"""Launch of the transposed product on a device."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._csr_device import group_size, one_index, width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "csr_rmatmul"]

PROGRAM = Program(__package__, types=("REAL", "INDEX"))


def csr_rmatmul(A: CSR, x: Array, out: Array) -> Array:
    """See the package function; sums in an order that differs from run to run."""
    A, width = one_index(A), width_of(x)
    group = group_size(A.entries // max(A.rows * width, 1))
    out[...] = 0
    PROGRAM.launch(
        "scatter", A.rows * group * width, (x.dtype, A.starts.dtype), np.int64(A.rows), group, width, A, x, out
    )
    return out
