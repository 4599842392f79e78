"""Reference of the gradients."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels.p1_elements.numpy import barycentric_gradients

__all__ = ["p1_gradient"]

Array = NDArray[np.float64]


def p1_gradient(points: Array, cells: Indices, u: Array) -> Array:
    """Sum of the values times the gradients of the hat functions; see the package function."""
    gradients, _ = barycentric_gradients(points, cells)
    return np.asarray(np.einsum("ma,mai->mi", u[cells], gradients))
