"""Launch of the search for the nearest points on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cells import Cells, cells_per_axis
from sciml.kernels._cuda import Program

__all__ = ["PROGRAM", "nearest_in_cells"]

PROGRAM = Program(__package__, "cells", types=())


def nearest_in_cells(
    cells: Cells, found: Cells, itself: bool, k: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """See the package function."""
    m, x = len(found.order), cells.coordinates
    indices, distances = np.empty_like(found.order, shape=(m, k)), np.empty_like(x, shape=(m, k))
    bounds = np.stack([x.min(axis=1), x.max(axis=1)])
    PROGRAM.launch(
        "nearest", m, (), m, x.shape[1], k, itself, cells_per_axis(cells.walls), cells, bounds, found.order,
        found.coordinates, indices, distances,
    )
    return indices, distances
