"""Reference of the radius search: all distances."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.nearest_search.numpy import squared_distances

__all__ = ["radius_search"]


def radius_search(
    points: NDArray[np.floating], radius: float, queries: NDArray[np.floating] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows (indptr, indices); see the package function."""
    near = squared_distances(points, queries) <= radius * radius
    indptr = np.concatenate([[0], np.cumsum(near.sum(axis=1))])
    return indptr, np.nonzero(near)[1].astype(np.int32)
