"""Reference of volumes and longest edges: determinants, and the Gram determinant of areas in space."""

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices

__all__ = ["simplex_sizes"]

Array = NDArray[np.float64]


def simplex_sizes(points: Array, cells: Indices, edges: bool = True) -> tuple[Array, Array]:
    """Volumes and squared lengths; see the package function."""
    corners = points[cells]
    rays = corners[:, 1:] - corners[:, :1]
    spans = np.linalg.det(rays) if rays.shape[1] == rays.shape[2] else np.sqrt(np.linalg.det(rays @ rays.mT))
    pairs = combinations(range(cells.shape[1]), 2)
    longest = np.max([np.sum((corners[:, a] - corners[:, b]) ** 2, axis=1) for a, b in pairs], axis=0)
    return spans / factorial(rays.shape[1]), longest if edges else longest[:0]
