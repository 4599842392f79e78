"""Connected components of the vertices of a mesh."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplices import flat, read_only
from sciml.kernels.label_vertices.numba import label

__all__ = ["label_vertices"]


def label_vertices(cells: Indices, active: NDArray[np.bool_]) -> tuple[Indices, int]:
    """Number the components of the active vertices that hang together by cells.

    Parameters
    ----------
    cells : ndarray of int32, shape (m, k), C-contiguous
        Vertices of each cell.
    active : ndarray of bool, shape (n,)
        Vertices that count.

    Returns
    -------
    labels : ndarray of int32, shape (n,)
        1 to `count` in the order of first appearance, 0 where not active.
    count : int
        Number of components.

    Examples
    --------
    >>> cells = np.array([[0, 1, 2], [2, 3, 4]], dtype=np.int32)
    >>> label_vertices(cells, np.array([True, True, False, True, True]))
    (array([1, 1, 0, 2, 2], dtype=int32), 2)
    """
    labels = np.empty(len(active), dtype=np.int32)
    count = label(cells.shape[1], flat(cells), read_only(active), labels.view(np.uint32))
    return labels, int(count)
