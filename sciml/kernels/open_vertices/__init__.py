"""Vertices of facets that occur an odd number of times: where a mesh has its boundary."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import flat
from sciml.kernels.open_vertices.numba import signatures

__all__ = ["open_vertices"]


def open_vertices(blocks: Sequence[tuple[Indices, Sequence[Sequence[int]]]], n_points: int) -> NDArray[np.bool_]:
    """Mark the vertices of all facets that an odd number of cells have.

    Parameters
    ----------
    blocks : sequence of (cells, facets)
        Vertices of cells of one type, int32 (m, k), k <= 8, and the places of the vertices of each of
        their facets within a cell.
    n_points : int
        Number of vertices.

    Returns
    -------
    ndarray of bool, shape (n_points,)

    Notes
    -----
    Each facet gets a signature of 64 bits that does not depend on the order of its vertices, each vertex
    the exclusive or of the signatures of its facets: what two cells share cancels, without sorting.
    Signatures that cancel by accident would hide a facet; with random ones that happens at a vertex
    with probability 2^-64, far below the rate of errors of memory.

    Examples
    --------
    >>> cells = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]], dtype=np.int32)
    >>> open_vertices([(cells, [(0, 1), (1, 2), (2, 0)])], 5)
    array([ True,  True,  True,  True, False])
    """
    total = np.zeros(n_points, dtype=np.uint64)
    for cells, facets in blocks:
        places = np.array(facets, dtype=np.uint32)
        parts = slabs(len(cells), cells.size)
        for part in run_slabs(signatures, parts, flat(cells), cells.shape[1], places, n_points):
            total ^= part
    found: NDArray[np.bool_] = total != 0
    return found
