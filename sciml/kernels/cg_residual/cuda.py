"""Launch of the residual step on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "cg_residual"]

PROGRAM = Program(__package__, "planes")


def cg_residual(alpha: float, q: Array, r: Array) -> float:
    """See the package function."""
    sums = PROGRAM.sums("residual_blocks", (1, r.size), (r.dtype,), np.int64(r.size), r.dtype.type(alpha), q, r)
    return float(sums[0, 0])
