"""Reference of the nearest neighbours: all distances, sorted."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest_search", "squared_distances"]


def squared_distances(
    points: NDArray[np.floating], queries: NDArray[np.floating] | None
) -> NDArray[np.float64]:
    """From each query to each point, (m, n); without queries from the points to each other, infinite to themselves."""
    points = points.astype(np.float64)
    places = points if queries is None else queries.astype(np.float64)
    d2: NDArray[np.float64] = ((places[:, None] - points) ** 2).sum(axis=2)
    if queries is None:
        np.fill_diagonal(d2, np.inf)
    return d2


def nearest_search(
    points: NDArray[np.floating], k: int, queries: NDArray[np.floating] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Indices and distances (m, k); see the package function."""
    d2 = squared_distances(points, queries)
    indices = np.argsort(d2, axis=1, kind="stable")[:, :k]
    return indices.astype(np.int32), np.sqrt(np.take_along_axis(d2, indices, axis=1))
