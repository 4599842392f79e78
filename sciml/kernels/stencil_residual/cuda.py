"""Launches of the residual on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil

__all__ = ["PROGRAM", "stencil_residual"]

PROGRAM = Program(__package__, "planes", "stencil")


def stencil_residual(stencil: Stencil, u: Array, b: Array, out: Array) -> NDArray[np.float64]:
    """See the package function; the sums lie on the device."""
    n0, n1, n2 = u.shape
    name = "residual_constant" if isinstance(stencil, ConstantStencil) else "residual_variable"
    sums: NDArray[np.float64] = PROGRAM.sums(name, (n0, n1 * n2), (u.dtype,), *u.shape, stencil, u, b, out)[0]
    return sums
