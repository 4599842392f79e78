"""Reference of the pattern."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Pattern

__all__ = ["p1_pattern"]


def p1_pattern(cells: Indices, n: int, unknown: NDArray[np.bool_] | None) -> Pattern:
    """All pairs of unknown vertices of a cell, each once, row by row; see the package function."""
    vertices = np.arange(n) if unknown is None else np.flatnonzero(unknown)
    number = np.full(n, -1)
    number[vertices] = np.arange(len(vertices))
    numbered = number[cells]
    pairs = np.stack(np.broadcast_arrays(numbered[:, :, None], numbered[:, None, :]), axis=-1).reshape(-1, 2)
    pairs = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)
    indptr = np.searchsorted(pairs[:, 0], np.arange(len(vertices) + 1))
    return Pattern(*(part.astype(np.int32) for part in (indptr, pairs[:, 1], vertices, number)))
