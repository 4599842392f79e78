"""Reference of the components: labels spread from cell to cell until nothing changes."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices

__all__ = ["label_vertices"]


def label_vertices(cells: Indices, active: NDArray[np.bool_]) -> tuple[Indices, int]:
    """Each component named by its first vertex, then numbered; see the package function."""
    n = len(active)
    name = np.where(active, np.arange(n), n)
    while True:
        before = name.copy()
        smallest = np.repeat(name[cells].min(axis=1), cells.shape[1])
        np.minimum.at(name, cells.ravel(), smallest)
        name[~active] = n
        if np.array_equal(name, before):
            break
    roots, labels = np.unique(name[active], return_inverse=True)
    result = np.zeros(n, dtype=np.int32)
    result[active] = labels + 1
    return result, len(roots)
