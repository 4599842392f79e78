"""Reference of the residual step."""

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["cg_residual"]


def cg_residual(alpha: float, q: Array, r: Array) -> tuple[float, Array]:
    """Textbook form of the package function; overwrites `r`."""
    r -= alpha * q
    return float(np.vdot(r, r)), r
