"""Reference of the edges within a cutoff."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.edge_vectors.numpy import edge_vectors

__all__ = ["edges_within"]


def edges_within(
    points: NDArray[np.float64], indptr: NDArray[np.integer], indices: NDArray[np.int32], shifts: NDArray[np.int32],
    cell: NDArray[np.float64], cutoff: float,
) -> tuple[NDArray[Any], ...]:
    """Rows (indptr, indices), shifts and vectors; see the package function."""
    vectors = edge_vectors(points, indptr, indices, shifts, cell)
    near = np.linalg.norm(vectors, axis=1) < cutoff
    return np.concatenate([[0], np.cumsum(near)])[indptr], indices[near], shifts[near], vectors[near]
