"""Reference of the pair of inner products."""

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["dots"]


def dots(z: Array, r: Array, q: Array) -> tuple[float, float]:
    """``(z . r, z . q)``."""
    return float(np.vdot(z, r)), float(np.vdot(z, q))
