"""All pairs of entries within each row: the line graph of a graph in compressed rows."""

import numpy as np
from numpy.typing import NDArray

from sciml._memory import require_memory
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels.row_pairs.numba import pair_slab

__all__ = ["row_pairs"]


@dispatched
def row_pairs(
    indptr: NDArray[np.integer], kept: NDArray[np.bool_], itself: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """For each edge the kept edges of its row.

    Parameters
    ----------
    indptr : ndarray of integers, shape (n + 1,)
        Rows of the edges.
    kept : ndarray of bool, shape (edges,)
        Edges that take part; the others get empty rows.
    itself : bool
        Whether an edge is paired with itself.

    Returns
    -------
    starts : ndarray of int64, shape (edges + 1,)
        Row of each edge.
    indices : ndarray of int32
        Edges, rising within each row.

    Raises
    ------
    MemoryLimitError
        If the pairs would not fit.

    Examples
    --------
    >>> row_pairs(np.array([0, 2, 3]), np.array([True, True, True]), False)
    (array([0, 1, 2, 2]), array([1, 0], dtype=int32))
    """
    degrees = np.diff(indptr)
    before = np.concatenate([[0], np.cumsum(kept)])  # kept edges before each edge
    lengths = np.where(kept, np.repeat(before[indptr[1:]] - before[indptr[:-1]] - (not itself), degrees), 0)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    require_memory(4 * int(starts[-1]), f"a line graph with {starts[-1]} pairs of edges")
    indices = np.empty(starts[-1], np.int32)
    run_slabs(pair_slab, slabs(len(degrees), len(indices)), indptr, kept, itself, starts, indices)
    return starts, indices
