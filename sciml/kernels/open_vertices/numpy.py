"""Reference of the open vertices: all facets counted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices

__all__ = ["open_vertices"]


def open_vertices(blocks: Sequence[tuple[Indices, Sequence[Sequence[int]]]], n_points: int) -> NDArray[np.bool_]:
    """Vertices of facets that occur an odd number of times; see the package function."""
    rows = np.concatenate([cells[:, np.array(facet)] for cells, facets in blocks for facet in facets])
    known, times = np.unique(np.sort(rows, axis=1), axis=0, return_counts=True)
    found = np.zeros(n_points, dtype=np.bool_)
    found[known[times % 2 == 1]] = True
    return found
