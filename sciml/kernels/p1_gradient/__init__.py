"""Gradients of functions that are linear in every simplex."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import read_only
from sciml.kernels.p1_gradient.numba import gradient

__all__ = ["p1_gradient"]

Array = NDArray[np.float64]


@dispatched
def p1_gradient(points: Array, cells: Indices, u: Array) -> Array:
    """grad u in every cell.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d), d = 2 or 3, C-contiguous
        Vertices.
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Simplices.
    u : ndarray of float64, shape (n,)
        Values at the vertices.

    Returns
    -------
    ndarray of float64, shape (m, d)

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> p1_gradient(points, np.array([[0, 1, 2]], dtype=np.int32), points @ np.array([2.0, 3.0]))
    array([[2., 3.]])
    """
    out = np.empty((len(cells), points.shape[1]))
    run_slabs(gradient, slabs(len(cells), cells.size), read_only(points), read_only(cells), read_only(u), out)
    return out
