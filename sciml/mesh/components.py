"""Connected components of a domain and the null space of the floating ones."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.subtract_means import means, subtract_means

__all__ = ["NullSpace", "label_components"]


@dataclass(frozen=True, eq=False)
class NullSpace:
    """Constants on the floating components: those no boundary condition pins.

    Parameters
    ----------
    size : int
        Number of cells of the box.
    cells : ndarray of int64, optional
        Flat indices of all floating cells, component after component; None means that the
        whole box is one floating component.
    starts : ndarray of int64, optional
        Where each component begins in `cells`.

    Examples
    --------
    >>> NullSpace(3).project(np.array([1.0, 2.0, 6.0]))
    array([-2., -1.,  3.])
    """

    size: int
    cells: NDArray[np.int64] | None = None
    starts: NDArray[np.int64] | None = None

    @property
    def count(self) -> int:
        """Number of floating components."""
        return 1 if self.starts is None else len(self.starts)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Cells in each floating component."""
        if self.cells is None or self.starts is None:
            return np.array([self.size])
        return np.diff(np.append(self.starts, len(self.cells)))

    def means(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean of `v` (any shape, `size` entries) over each floating component."""
        return means(np.ascontiguousarray(v), self.cells, self.starts)

    def project(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Subtract from C-contiguous `v`, in place, its mean over each floating component."""
        subtract_means(v, self.cells, self.starts)
        return v


def label_components(
    active: NDArray[np.bool_], periodic: tuple[bool, ...]
) -> tuple[NDArray[np.int32], int]:
    """Number the components of the active cells that hang together by faces.

    Parameters
    ----------
    active : ndarray of bool
        Cells of a box.
    periodic : tuple of bool
        Axes whose first and last layers touch.

    Returns
    -------
    labels : ndarray of int32, shape of `active`
        1 to `count`, 0 where not active.
    count : int
        Number of components.

    Examples
    --------
    >>> label_components(np.array([True, False, True]), (True,))
    (array([1, 0, 1], dtype=int32), 1)
    """
    from scipy.ndimage import label

    labels = np.empty(active.shape, dtype=np.int32)
    count = int(label(active, output=labels))
    pairs = [
        np.stack([np.take(labels, -1, axis).ravel(), np.take(labels, 0, axis).ravel()])
        for axis, wraps in enumerate(periodic)
        if wraps
    ]
    return _merged(labels, count, np.concatenate(pairs, axis=1)) if pairs else (labels, count)


def _merged(
    labels: NDArray[np.int32], count: int, pairs: NDArray[np.int32]
) -> tuple[NDArray[np.int32], int]:
    """Labels after uniting the components in each column of `pairs` (columns with a 0 do not count)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = pairs[:, (pairs > 0).all(axis=0)] - 1
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    united, group = connected_components(graph, directed=False)
    names = np.concatenate([[0], group + 1]).astype(np.int32)
    return names[labels], int(united)
