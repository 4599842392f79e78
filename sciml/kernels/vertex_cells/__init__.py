"""Corners of cells at every vertex."""

import numpy as np

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import Incidence, flat, require_numbers
from sciml.kernels.vertex_cells.numba import count, fill

__all__ = ["vertex_cells"]


@dispatched
def vertex_cells(cells: Indices, n: int) -> Incidence:
    """Sort the corners of all cells by their vertex.

    Parameters
    ----------
    cells : ndarray of int32, shape (m, k), C-contiguous
        Vertices of each cell, below `n` and different within a cell, k <= 4.
    n : int
        Number of vertices.

    Returns
    -------
    Incidence
        ``starts`` (n + 1,) and ``corners`` (m k,), int32.

    Raises
    ------
    InputError
        If there are more than 2^29 cells.

    Notes
    -----
    A counting sort. Threads share the vertices: each reads all corners and takes its own.

    Examples
    --------
    >>> starts, corners = vertex_cells(np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32), 4)
    >>> starts
    array([0, 2, 3, 5, 6], dtype=int32)
    >>> corners // 4, corners % 4
    (array([0, 1, 0, 0, 1, 1], dtype=int32), array([0, 0, 1, 2, 1, 2], dtype=int32))
    """
    require_numbers(len(cells))
    parts, given = slabs(n, cells.size), (cells.shape[1], flat(cells))
    starts = np.zeros(n + 1, dtype=np.int32)
    run_slabs(count, parts, *given, starts.view(np.uint32))
    np.cumsum(starts, out=starts)
    corners = np.empty(cells.size, dtype=np.int32)
    run_slabs(fill, parts, *given, flat(starts), corners.view(np.uint32))
    return Incidence(starts, corners)
