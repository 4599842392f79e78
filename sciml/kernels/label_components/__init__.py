"""Connected components of the active cells of a box."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import kernel_axes, shape3
from sciml.kernels.label_components.numba import label

__all__ = ["label_components"]


def label_components(active: NDArray[np.bool_], periodic: tuple[bool, ...]) -> tuple[NDArray[np.int32], int]:
    """Number the components of the active cells that hang together by faces.

    Parameters
    ----------
    active : ndarray of bool, one to three axes
        Cells of a box.
    periodic : tuple of bool
        Axes whose first and last layers touch.

    Returns
    -------
    labels : ndarray of int32, shape of `active`
        1 to `count` in the order of first appearance, 0 where not active.
    count : int
        Number of components.

    Examples
    --------
    >>> label_components(np.array([True, False, True]), (True,))
    (array([1, 0, 1], dtype=int32), 1)
    """
    wraps = np.zeros(3, dtype=np.bool_)
    wraps[list(kernel_axes(active.ndim))] = periodic
    box = np.ascontiguousarray(active).reshape(shape3(active.shape))
    labels = np.empty(box.shape, dtype=np.int32)
    parent = np.zeros(1 + box.size // box.shape[2] * ((box.shape[2] + 1) // 2), dtype=np.int32)  # one entry a run
    return labels.reshape(active.shape), int(label(box, wraps, labels, parent))
