"""Launch of the sorting of corners on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence, require_numbers

__all__ = ["PROGRAM", "vertex_cells"]

PROGRAM = Program(__package__, types=())


def vertex_cells(cells: Indices, n: int) -> Incidence:
    """See the package function."""
    require_numbers(len(cells))
    # stable, so corners rise within each row
    order = np.argsort(cells.reshape(-1), kind="stable")
    found = Incidence(np.empty_like(cells, shape=(n + 1,)), np.empty_like(cells, shape=(cells.size,)))
    PROGRAM.launch("number", cells.size + 1, (), np.int64(cells.size), n, cells.shape[1], cells, order, found)
    return found
