"""Sorting points into cells, the start of every neighbour search."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cells import Cells, Walls, cells_per_axis, choose_walls
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.cell_list.numba import cell_slab, sort_cells

__all__ = ["cell_list", "fitted_cells"]


@dispatched
def cell_list(points: NDArray[np.float64], walls: Walls) -> Cells:
    """Sort points into the cells between walls.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        Coordinates.
    walls : three ndarrays of float64
        Rising, from -inf to inf.

    Returns
    -------
    Cells
        Points cell after cell, in rising order within a cell.

    Examples
    --------
    >>> halves, whole = np.array([-np.inf, 0.5, np.inf]), np.array([-np.inf, np.inf])
    >>> points = np.array([[0.7, 0, 0], [0.1, 0, 0], [0.6, 0, 0]])
    >>> cell_list(points, (halves, whole, whole)).order
    array([1, 0, 2], dtype=int32)
    """
    n, size = len(points), int(np.prod(cells_per_axis(walls)))
    home, starts = np.empty(n, np.int32), np.zeros(size + 1, np.int32)
    order, coordinates = np.empty(n, np.int32), np.empty((3, n))
    run_slabs(cell_slab, slabs(n, n), points, walls, home)
    sort_cells(points, home, starts, order, coordinates)
    return Cells(walls, starts, order, coordinates)


def fitted_cells(points: NDArray[np.float64], widths: tuple[float, ...], most: int) -> Cells:
    """Cells of at least some widths, even ones unless the points crowd in few of them.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        Coordinates.
    widths : tuple of float
        Least widths, may be 0.
    most : int
        Largest number of cells.
    """
    cells = cell_list(points, choose_walls(points, widths, most))
    counts = np.diff(cells.starts).astype(np.float64)
    if len(counts) < most / 4 or counts @ counts < 8 * len(points) * (1 + len(points) / len(counts)):
        return cells
    return cell_list(points, choose_walls(points, widths, most, crowded=True))
