"""All neighbours within a radius, as compressed rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import on_device_of
from sciml._errors import MemoryLimitError
from sciml._memory import memory_limit, readable_bytes
from sciml.kernels._cells import QUERY_WORK, Cells, checked_points, checked_queries, padded, positive
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.cell_list import cell_list, fitted_cells
from sciml.kernels.radius_search.numba import search_slab

__all__ = ["Rows", "radius_search", "rows_in_cells", "rows_within"]

Rows = tuple[NDArray[np.int64], NDArray[np.int32]]


def radius_search(points: Any, radius: float, queries: Any = None, *, pair_bytes: int = 4) -> Rows:
    """Points within a radius of each query, by a cell list.

    Parameters
    ----------
    points : array_like, shape (n, d), d = 1, 2 or 3
        Coordinates [length]; float64, others are converted.
    radius : float
        Largest distance of a neighbour, itself included [length].
    queries : array_like, shape (m, d), optional
        Where to search; without it at the points, and no point is its own neighbour.
    pair_bytes : int
        Memory the caller is going to need for each neighbour.

    Returns
    -------
    indptr : ndarray of int64, shape (m + 1,)
        Row i is ``indices[indptr[i]:indptr[i + 1]]``.
    indices : ndarray of int32
        Neighbours, rising within each row.

    Raises
    ------
    InputError
        If shapes or values do not fit.
    MemoryLimitError
        If there are more neighbours than memory, which is found while counting them.

    Notes
    -----
    j is a neighbour of i if and only if i is one of j, also where rounding decides. The result does
    not depend on the number of threads. Points on a CUDA device are searched there, and the same result stays there;
    its memory is CuPy's to manage.

    Examples
    --------
    >>> radius_search([[0.0], [1.0], [3.0]], 2.0)
    (array([0, 1, 3, 4]), array([1, 0, 2, 1], dtype=int32))
    """
    points, radius = checked_points("points", points), positive("radius", radius)
    with on_device_of(points):
        if queries is None:
            return rows_within(padded(points), radius, radius * radius, pair_bytes=pair_bytes)
        places = padded(checked_queries(queries, points))
        nobody = np.full_like(places, -1, shape=len(places), dtype=np.int32)
        return rows_within(padded(points), radius, radius * radius, places, nobody, pair_bytes=pair_bytes)


def rows_within(
    points: NDArray[np.float64], reach: float, limit: float, queries: NDArray[np.float64] | None = None,
    skip: NDArray[np.int32] | None = None, *, pair_bytes: int,
) -> Rows:
    """Rows of all points with squared distance <= `limit`.

    Parameters
    ----------
    points, queries : ndarray of float64, shape (n, 3) and (m, 3)
        Checked coordinates; `queries` are the points where not given.
    reach : float
        At least the root of `limit`.
    limit : float
        Largest squared distance.
    skip : ndarray of int32, shape (m,)
        The point at distance 0 that is left out of each row, or -1.
    pair_bytes : int
        Memory needed for each pair.

    Raises
    ------
    MemoryLimitError
        If there are too many pairs.
    """
    # Rows of cells along the last axis are ranges of sorted points, so fine cells cost nothing there.
    cells = fitted_cells(points, (reach, reach, reach / 4), 2 * len(points) + 64)
    found = cells if queries is None else cell_list(queries, cells.walls)
    skip = np.arange(len(points), dtype=np.int32, like=points) if skip is None else skip
    return rows_in_cells(cells, found, skip, reach, limit, pair_bytes)


@dispatched
def rows_in_cells(
    cells: Cells, found: Cells, skip: NDArray[np.int32], reach: float, limit: float, pair_bytes: int
) -> Rows:
    """Rows of the points in `cells` for those found in the same cells; see `rows_within`."""
    parts = slabs(len(skip), QUERY_WORK * len(skip))
    starts, indices = np.zeros(len(skip) + 1, np.int64), np.empty(0, np.int32)
    wide = reach * (1 + 1e-12)
    usable = memory_limit()
    most = 2**62 if usable is None else usable // pair_bytes
    total = sum(run_slabs(search_slab, parts, cells, found, skip, wide, limit, most, starts, indices, 0))
    if total > most:
        raise MemoryLimitError(
            f"radius {reach:g} gives more than {most} neighbours among {len(cells.order)} points, and "
            f"{readable_bytes(usable or 0)} are usable; use a smaller radius"
        )
    room = int(starts.max())
    np.cumsum(starts, out=starts)
    indices = np.empty(total, np.int32)
    if room:
        run_slabs(search_slab, parts, cells, found, skip, wide, limit, most, starts, indices, room)
    return starts, indices
