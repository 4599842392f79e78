"""Reference of the radius search: all distances."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["radius_search"]


def radius_search(
    points: NDArray[np.floating], radius: float, queries: NDArray[np.floating] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows (indptr, indices); see the package function."""
    points = points.astype(np.float64)
    places = points if queries is None else queries.astype(np.float64)
    near = ((places[:, None] - points) ** 2).sum(axis=2) <= radius * radius
    if queries is None:
        np.fill_diagonal(near, False)
    indptr = np.concatenate([[0], np.cumsum(near.sum(axis=1))])
    return indptr, np.nonzero(near)[1].astype(np.int32)
