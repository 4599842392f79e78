"""Vectors along the edges of a graph in space."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.edge_vectors.numba import vector_slab

__all__ = ["edge_vectors"]


@dispatched
def edge_vectors(
    points: NDArray[np.float64], indptr: NDArray[np.integer], indices: NDArray[np.int32],
    shifts: NDArray[np.int32] | None = None, cell: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """x_j - x_i, or x_j - x_i + S cell under periodic boundaries, for every edge i -> j.

    The vector of the opposite edge (j -> i with -S) is exactly the negative.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d)
        Coordinates [length].
    indptr, indices : ndarray of integers
        Neighbours j of each node i in compressed rows.
    shifts : ndarray of int32, shape (edges, 3), optional
        Periodic image of j.
    cell : ndarray of float64, shape (3, 3), optional
        Lattice vectors as rows [length]; with `shifts` only.

    Returns
    -------
    ndarray of float64, shape (edges, d)

    Examples
    --------
    >>> edge_vectors(np.array([[0.0], [2.0]]), np.array([0, 1, 2]), np.array([1, 0], dtype=np.int32))
    array([[ 2.],
           [-2.]])
    """
    out = np.empty((len(indices), points.shape[1]))
    shifts = np.empty((0, 3), np.int32) if shifts is None else shifts
    box = np.empty((0, 3)) if cell is None else cell
    parts = slabs(len(points), 4 * len(indices))
    run_slabs(vector_slab, parts, points, indptr, indices, shifts, box, out)
    return out
