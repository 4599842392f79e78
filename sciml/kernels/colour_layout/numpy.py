"""Reference of the colour-split layout."""

import numpy as np

from sciml.kernels._colour import split_shape
from sciml.kernels._stencil import Array

__all__ = ["colour_merge", "colour_split"]


def colour_split(u: Array, scale: float = 1.0) -> Array:
    """`scale * u` in colour-split order."""
    n0, n1, n2 = u.shape
    x = np.zeros(split_shape((n0, n1, n2)), u.dtype)
    i, j, k = np.indices(u.shape)
    x[(i + j + k) % 2, i, j, k // 2] = u * u.dtype.type(scale)
    return x


def colour_merge(x: Array, n2: int, scale: float = 1.0) -> Array:
    """`scale * x` in natural order, rows of length n2."""
    _, n0, n1, _ = x.shape
    i, j, k = np.indices((n0, n1, n2))
    return np.asarray(x[(i + j + k) % 2, i, j, k // 2] * x.dtype.type(scale))
