"""The edges of a periodic graph that are shorter than a cutoff, with their vectors."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.edges_within.numba import filter_slab

__all__ = ["edges_within"]


@dispatched
def edges_within(
    points: NDArray[np.float64], indptr: NDArray[np.int64], indices: NDArray[np.int32], shifts: NDArray[np.int32],
    cell: NDArray[np.float64], cutoff: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Rows without the edges that have become too long.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        Coordinates [length].
    indptr, indices : ndarray of integers
        Neighbours j of each node i in compressed rows.
    shifts : ndarray of int32, shape (edges, 3)
        Periodic image S of j.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows [length].
    cutoff : float
        Shorter edges are kept [length].

    Returns
    -------
    indptr, indices, shifts : ndarray
        Rows and shifts of what is kept, in the same order.
    vectors : ndarray of float64, shape (kept, 3)
        As of `edge_vectors`.

    Examples
    --------
    >>> points, cell = np.zeros((1, 3)), np.eye(3)
    >>> shifts = np.array([[1, 0, 0], [2, 0, 0]], dtype=np.int32)
    >>> edges_within(points, np.array([0, 2]), np.array([0, 0], dtype=np.int32), shifts, cell, 1.5)[3]
    array([[1., 0., 0.]])
    """
    parts = slabs(len(points), 8 * len(indices))
    starts = np.zeros(len(indptr), np.int64)
    nothing = np.empty(0, np.int32), np.empty((0, 3), np.int32), np.empty((0, 3))
    given = points, indptr, indices, shifts, cell, cutoff * cutoff
    run_slabs(filter_slab, parts, *given, False, starts, *nothing)
    np.cumsum(starts, out=starts)
    kept = np.empty(starts[-1], np.int32), np.empty((starts[-1], 3), np.int32), np.empty((starts[-1], 3))
    run_slabs(filter_slab, parts, *given, True, starts, *kept)
    return starts, *kept
