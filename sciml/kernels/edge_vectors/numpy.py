"""Reference of edge vectors."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["edge_vectors"]


def edge_vectors(
    points: NDArray[np.float64], indptr: NDArray[np.integer], indices: NDArray[np.int32],
    shifts: NDArray[np.int32] | None = None, cell: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Vectors (edges, d); see the package function."""
    vectors = points[indices] - np.repeat(points, np.diff(indptr), axis=0)
    if shifts is not None and cell is not None:
        vectors += shifts[:, :1] * cell[0] + shifts[:, 1:2] * cell[1] + shifts[:, 2:] * cell[2]
    return vectors
