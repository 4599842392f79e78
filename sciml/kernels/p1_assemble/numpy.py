"""Reference of the gathering of element matrices."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import PAIRS, Pattern

__all__ = ["element_matrices", "p1_assemble"]

Array = NDArray[np.float64]


def element_matrices(n_vertices: int, edges: Array | None, masses: Array | None, m: int) -> Array:
    """Full element matrices (m, d + 1, d + 1): rows of the stiffness sum to zero."""
    local = np.zeros((m, n_vertices, n_vertices))
    if edges is not None:
        a, b = np.array(PAIRS[n_vertices]).T
        local[:, a, b] = local[:, b, a] = edges
        local[:, range(n_vertices), range(n_vertices)] = -local.sum(axis=2)
    if masses is not None:
        local += masses[:, None, None] * (1 + np.eye(n_vertices))
    return local


def p1_assemble(cells: Indices, pattern: Pattern, edges: Array | None, masses: Array | None) -> Array:
    """Entries in the order of the pattern; see the package function."""
    m, k = cells.shape
    local = element_matrices(k, edges, masses, m)
    numbered = pattern.number[cells].astype(np.int64)
    rows, columns = np.broadcast_arrays(numbered[:, :, None], numbered[:, None, :])
    inside = (rows >= 0) & (columns >= 0)
    width = len(pattern.vertices)
    own = np.repeat(np.arange(width), np.diff(pattern.indptr)) * width + pattern.indices
    place = np.searchsorted(own, rows[inside] * width + columns[inside])
    return np.asarray(np.bincount(place, weights=local[inside], minlength=len(own)), dtype=np.float64)
