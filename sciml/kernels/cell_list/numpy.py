"""Reference of the cell list: binary search and a stable sort."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cells import Cells, Walls

__all__ = ["cell_list"]


def cell_list(points: NDArray[np.float64], walls: Walls) -> Cells:
    """Points sorted into cells; see the package function."""
    index = [np.searchsorted(w[1:-1], x, side="right") for w, x in zip(walls, points.T, strict=True)]
    shape = [len(w) - 1 for w in walls]
    home = np.ravel_multi_index(index, shape)
    order = np.argsort(home, kind="stable").astype(np.int32)
    starts = np.searchsorted(home[order], np.arange(np.prod(shape) + 1)).astype(np.int32)
    return Cells(walls, starts, order, np.ascontiguousarray(points[order].T))
