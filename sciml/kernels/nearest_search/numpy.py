"""Reference of the nearest neighbours: all distances, sorted."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest_search"]


def nearest_search(
    points: NDArray[np.floating], k: int, queries: NDArray[np.floating] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Indices and distances (m, k); see the package function."""
    points = points.astype(np.float64)
    places = points if queries is None else queries.astype(np.float64)
    d2 = ((places[:, None] - points) ** 2).sum(axis=2)
    if queries is None:
        np.fill_diagonal(d2, np.inf)
    indices = np.argsort(d2, axis=1, kind="stable")[:, :k]
    return indices.astype(np.int32), np.sqrt(np.take_along_axis(d2, indices, axis=1))
