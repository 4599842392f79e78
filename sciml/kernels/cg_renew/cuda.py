"""Launch of the vector updates on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "cg_renew"]

PROGRAM = Program(__package__)


def cg_renew(alpha: float, beta: float, z: Array, p: Array, x: Array) -> None:
    """See the package function."""
    real = p.dtype.type
    PROGRAM.launch("renew", p.size, (p.dtype,), np.int64(p.size), real(alpha), real(beta), z, p, x)
