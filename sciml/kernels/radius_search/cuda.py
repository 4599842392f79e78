"""Launches of the radius search on a device, and the sort of its rows."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cells import Cells, cells_per_axis
from sciml.kernels._cuda import Program
from sciml.kernels.radius_search import Rows

__all__ = ["PROGRAM", "rows_in_cells"]

PROGRAM = Program(__package__, "cells", types=())
LAST = 2**31 - 1


def rows_in_cells(
    cells: Cells, found: Cells, skip: NDArray[np.int32], reach: float, limit: float, pair_bytes: int
) -> Rows:
    """See the package function."""
    m = len(skip)
    given = (
        m, len(cells.order), cells_per_axis(cells.walls), cells, found.order, found.coordinates, skip,
        np.float64(reach * (1 + 1e-12)), np.float64(limit),
    )
    starts = np.zeros_like(skip, shape=m + 1, dtype=np.int64)
    PROGRAM.launch("count", m, (), *given, starts)
    starts = np.cumsum(starts)
    keys = np.empty_like(starts, shape=int(starts[-1]))
    PROGRAM.launch("fill", m, (), *given, starts, keys)
    # Sorting all rows at once costs the same for long ones and short ones, unlike a thread that sorts its own.
    return starts, (np.sort(keys) & LAST).astype(np.int32)
