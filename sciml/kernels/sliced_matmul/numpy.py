"""Reference of the product in slices."""

import numpy as np

from sciml.kernels._sliced import Sliced, rows_of_entries
from sciml.kernels._stencil import Array

__all__ = ["sliced_matmul"]


def sliced_matmul(A: Sliced, x: Array, b: Array | None, scale: float) -> Array:
    """b + scale A x."""
    y = np.zeros(A.rows, x.dtype)
    stored = A.values != 0
    np.add.at(y, rows_of_entries(A)[stored], (A.values * x[A.columns])[stored])
    y *= x.dtype.type(scale)
    return y if b is None else b + y
