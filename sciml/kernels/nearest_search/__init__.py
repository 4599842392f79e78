"""The k nearest neighbours of each point."""

from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import on_device_of
from sciml._errors import InputError
from sciml._memory import require_memory
from sciml.kernels._cells import QUERY_WORK, Cells, checked_points, checked_queries, padded
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.cell_list import cell_list, fitted_cells
from sciml.kernels.nearest_search.numba import nearest_slab

__all__ = ["nearest_in_cells", "nearest_search"]

POINTS_PER_CELL = 2  # more is a little faster where points fill space, less where they lie on a surface


def nearest_search(points: Any, k: int, queries: Any = None) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The exact k nearest points of each query, by a cell list.

    Parameters
    ----------
    points : array_like, shape (n, d), d = 1, 2 or 3
        Coordinates [length]; float64, others are converted.
    k : int
        Neighbours of each query.
    queries : array_like, shape (m, d), optional
        Where to search; without it at the points, and no point is its own neighbour.

    Returns
    -------
    indices : ndarray of int32, shape (m, k)
        Nearest first; of points at the same distance the one with the smaller number.
    distances : ndarray of float64, shape (m, k)
        Euclidean distances [length].

    Raises
    ------
    InputError
        If shapes or values do not fit, or there are no k neighbours.
    MemoryLimitError
        If the result would not fit.

    Notes
    -----
    Points on a CUDA device are searched there, and the result, bit by bit the same, stays there.

    Examples
    --------
    >>> nearest_search([[0.0], [1.0], [3.0]], 1)
    (array([[1],
           [0],
           [1]], dtype=int32), array([[1.],
           [1.],
           [2.]]))
    """
    points = checked_points("points", points)
    places = points if queries is None else checked_queries(queries, points)
    k = _count(k, len(points) - (queries is None))
    with on_device_of(points):
        cells = fitted_cells(padded(points), (0.0, 0.0, 0.0), max(1, len(points) // POINTS_PER_CELL))
        found = cells if queries is None else cell_list(padded(places), cells.walls)
        return nearest_in_cells(cells, found, queries is None, k)


@dispatched
def nearest_in_cells(
    cells: Cells, found: Cells, itself: bool, k: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The k nearest of the points in `cells` to each of those found in the same cells.

    Parameters
    ----------
    cells, found : Cells
        Points and queries between the same walls.
    itself : bool
        The queries are the points, and none is its own neighbour.
    k : int
        At most as many as there are.

    Returns
    -------
    indices, distances : ndarray of int32 and float64, shape (m, k)

    Raises
    ------
    MemoryLimitError
        If the result would not fit.
    """
    m = len(found.order)
    require_memory(12 * k * m, f"the search for {k} neighbours of {m} points")
    skip = np.arange(m, dtype=np.int32) if itself else np.full(m, -1, np.int32)
    indices, distances = np.empty((m, k), np.int32), np.empty((m, k))
    bounds = np.stack([cells.coordinates.min(axis=1), cells.coordinates.max(axis=1)])
    run_slabs(nearest_slab, slabs(m, QUERY_WORK * m), cells, found, skip, bounds, indices, distances)
    return indices, distances


def _count(k: int, most: int) -> int:
    try:
        count = index(k)
    except TypeError:
        raise InputError(f"k is {k!r}; expected a whole number of neighbours") from None
    if not 1 <= count <= most:
        raise InputError(f"k is {count}; expected 1 to {most}, the number of points that can be neighbours")
    return count
