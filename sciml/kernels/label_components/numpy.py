"""Reference of the components: a graph of all faces between active cells."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["label_components"]


def label_components(active: NDArray[np.bool_], periodic: tuple[bool, ...]) -> tuple[NDArray[np.int32], int]:
    """Labels and their number; see the package function."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    index = np.arange(active.size).reshape(active.shape)
    pairs = []
    for axis, wraps in enumerate(periodic):
        touches = active & np.roll(active, -1, axis)
        if not wraps:
            np.moveaxis(touches, axis, 0)[-1] = False
        pairs.append(np.stack([index[touches], np.roll(index, -1, axis)[touches]]))
    a, b = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(active.size, active.size))
    _, group = connected_components(graph, directed=False)
    _, first, names = np.unique(group[active.ravel()], return_index=True, return_inverse=True)
    labels = np.zeros(active.shape, dtype=np.int32)
    labels[active] = np.argsort(np.argsort(first))[names] + 1
    return labels, len(first)
