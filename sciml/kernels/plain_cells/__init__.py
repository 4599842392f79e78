"""Cells amid equal faces, around which nothing is to be seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.plain_cells.numba import plain_slab

__all__ = ["plain_cells"]


def plain_cells(
    stencil: VariableStencil, volume: NDArray[np.floating], shares: Sequence[float]
) -> NDArray[np.uint8]:
    """Mark cells that are wholly active, with nothing in the diagonal but two equal faces along each axis.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    volume : ndarray, shape (n0, n1, n2)
        Share of active volume; of size 0 when active cells are whole.
    shares : sequence of 3 float
        Share of a face along each axis in the diagonal of such a cell.

    Returns
    -------
    ndarray of uint8, shape (n0, n1, n2)
        1 for such cells, up to rounding, 0 for others.

    Examples
    --------
    >>> c, d = np.array([[[1.0, 1.0, 0.0]]]), np.array([[[1.0, 2.0, 1.0]]])
    >>> plain_cells(VariableStencil(0 * c, 0 * c, c, d), np.empty((0, 0, 0)), (0.0, 0.0, 0.5))
    array([[[0, 1, 0]]], dtype=uint8)
    """
    plain = np.empty(stencil.d.shape, np.uint8)
    run_slabs(plain_slab, slabs(len(plain), plain.size), *stencil, volume, *map(float, shares), plain)
    return plain
