"""Launches of a step of refinement on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil
from sciml.kernels.colour_layout.cuda import colour_merge

__all__ = ["PROGRAM", "correct_residual"]

PROGRAM = Program(__package__, "planes", "stencil", "colour", types=("REAL", "CYCLE"))


def correct_residual(
    stencil: Stencil, x: Array, step: float, u: Array, b: Array, f: Array, scale: float
) -> NDArray[np.float64]:
    """See the package function; the sums are on the device too."""
    if step != 0:
        colour_merge(x, u, step, add=True)
    name = "residual_constant" if isinstance(stencil, ConstantStencil) else "residual_variable"
    n0, n1, n2 = u.shape
    size, types = (n0, n1 * 2 * f.shape[3]), (u.dtype, f.dtype)
    squares = PROGRAM.sums(name, size, types, n0, n1, n2, stencil, u, b, u.dtype.type(1 / scale), f)
    return squares.reshape(n0)
