"""Numbers for edges and faces: tuples of vertices that are the same set get the same one."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.label_tuples.numba import label

__all__ = ["label_tuples"]


def label_tuples(tuples: NDArray[np.int32], n_points: int) -> tuple[NDArray[np.int32], int]:
    """Number the rows of `tuples`, regardless of the order within a row.

    Parameters
    ----------
    tuples : ndarray of int32, shape (m, w)
        Vertex numbers, w = 2, 3 or 4, all in ``0 .. n_points - 1``; m < 2^31.
    n_points : int
        Number of vertices.

    Returns
    -------
    labels : ndarray of int32, shape (m,)
        0 to `count` - 1 in the order of first appearance.
    count : int
        Number of different rows.

    Examples
    --------
    >>> label_tuples(np.array([[0, 1], [1, 2], [1, 0]], dtype=np.int32), 3)
    (array([0, 1, 0], dtype=int32), 2)
    """
    labels = np.empty(len(tuples), dtype=np.int32)
    order, starts = np.empty(len(tuples), dtype=np.int32), np.zeros(n_points + 2, dtype=np.int64)
    return labels, int(label(np.ascontiguousarray(tuples), labels, order, starts))
