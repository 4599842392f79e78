"""Cell lists built on a device: a launch that finds the cell of each point, and a stable sort."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cells import Cells, Walls, cells_per_axis
from sciml.kernels._cuda import Program

__all__ = ["PROGRAM", "cell_list"]

PROGRAM = Program(__package__, "cells", types=())


def cell_list(points: NDArray[np.float64], walls: Walls) -> Cells:
    """See the package function."""
    n, counts = len(points), cells_per_axis(walls)
    home = np.empty_like(points, shape=n, dtype=np.int32)
    starts = np.zeros_like(points, shape=int(np.prod(counts)) + 1, dtype=np.int32)
    PROGRAM.launch("cells", n, (), n, counts, walls, points, home, starts)
    order = np.argsort(home, kind="stable")
    return Cells(walls, np.cumsum(starts, dtype=np.int32), order.astype(np.int32), np.take(points.T, order, axis=1))
