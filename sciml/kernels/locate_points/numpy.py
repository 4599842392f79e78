"""Reference of the search: every point in every cell."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices

__all__ = ["locate_points"]

Array = NDArray[np.float64]


def locate_points(points: Array, cells: Indices, at: Array, tolerance: float) -> tuple[Indices, Array]:
    """The cell whose smallest coordinate is largest; see the package function."""
    edges = (points[cells[:, 1:]] - points[cells[:, :1]]).swapaxes(1, 2)
    away = at[:, None, :, None] - points[cells[:, 0]][:, :, None]
    rest = np.linalg.solve(edges, away)[..., 0]
    coordinates = np.concatenate([1 - rest.sum(axis=-1, keepdims=True), rest], axis=-1)
    depth = coordinates.min(axis=-1)
    best = depth.argmax(axis=1)
    weights = coordinates[np.arange(len(at)), best]
    outside = depth.max(axis=1) < -tolerance
    weights[outside] = 0
    return np.where(outside, -1, best).astype(np.int32), weights
