"""The edges within a cutoff on a device: vectors of all edges, which are short enough, and these taken out."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels.edge_vectors import edge_vectors

__all__ = ["PROGRAM", "edges_within"]

PROGRAM = Program(__package__, "cells", types=())


def edges_within(
    points: NDArray[np.float64], indptr: NDArray[np.int64], indices: NDArray[np.int32], shifts: NDArray[np.int32],
    cell: NDArray[np.float64], cutoff: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """See the package function."""
    edges = len(indices)
    vectors = edge_vectors(points, indptr, indices, shifts, cell)
    inside = np.empty_like(indices, dtype=np.bool_)
    PROGRAM.launch("inside", edges, (), np.int64(edges), vectors, np.float64(cutoff * cutoff), inside)
    kept = np.flatnonzero(inside)
    starts = np.searchsorted(kept, indptr)  # how many are kept before each row
    return starts, np.take(indices, kept), np.take(shifts, kept, axis=0), np.take(vectors, kept, axis=0)
