"""Volumes and longest edges of triangles and tetrahedra."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import read_only
from sciml.kernels.simplex_sizes.numba import sizes

__all__ = ["simplex_sizes"]

Array = NDArray[np.float64]


def simplex_sizes(points: Array, cells: Indices, edges: bool = True) -> tuple[Array, Array]:
    """Volume and longest edge of every cell.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d), d = 2 or 3, C-contiguous
        Vertices.
    cells : ndarray of int32, shape (m, 3) or (m, 4), C-contiguous
        Triangles, or tetrahedra if d = 3.
    edges : bool
        Whether edges are wanted.

    Returns
    -------
    volumes : ndarray of float64, shape (m,)
        Area or volume, negative where the vertices turn the other way; areas in space have no sign.
    longest : ndarray of float64, shape (m,), or (0,) without `edges`
        Square of the length of the longest edge.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> simplex_sizes(points, np.array([[0, 1, 2]], dtype=np.int32))
    (array([0.5]), array([2.]))
    """
    m = len(cells)
    volumes, longest = np.empty(m), np.empty(m if edges else 0)
    run_slabs(sizes, slabs(m, cells.size), read_only(points), read_only(cells).view(np.uint32), volumes, longest)
    return volumes, longest
