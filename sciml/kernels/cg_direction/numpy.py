"""Reference of the fused direction step."""

import numpy as np

from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_apply.numpy import stencil_apply

__all__ = ["cg_direction"]


def cg_direction(
    stencil: Stencil, alpha: float, beta: float, z: Array, p: Array, x: Array, q: Array
) -> tuple[float, Array, Array, Array]:
    """Textbook form of the package function; overwrites `p`, `x` and `q`."""
    x += alpha * p
    p *= beta
    p += z
    q[...] = stencil_apply(stencil, p)
    return float(np.vdot(p, q)), p, x, q
