"""v minus its mean over each of several sets of entries."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.subtract_means.numba import listed

__all__ = ["means", "subtract_means"]

Indices = NDArray[np.int64]


@dispatched
def means(v: Array, cells: Indices | None, starts: Indices | None) -> NDArray[np.float64]:
    """Mean over each set, summed in float64.

    Parameters
    ----------
    v : ndarray of float32 or float64, C-contiguous
        Values, any shape.
    cells : ndarray of int64, optional
        Flat indices of the first set's entries, then of the next; None: one set of all entries.
    starts : ndarray of int64, optional
        Where each set begins in `cells`, ascending; no set is empty.

    Examples
    --------
    >>> means(np.array([1.0, 5.0, 3.0]), np.array([0, 2, 1]), np.array([0, 2]))
    array([2., 5.])
    """
    flat = np.require(v, requirements=["C", "W"]).reshape(-1)  # read-only ones would be compiled for anew
    if cells is None or starts is None:
        return np.array([flat.mean(dtype=np.float64)])
    parts = slabs(cells.size, cells.size)
    zeros = np.zeros(len(starts))
    sums = sum(run_slabs(listed, parts, flat, cells, starts, zeros, False), start=zeros)
    return np.asarray(sums / np.diff(np.append(starts, len(cells))))


@dispatched
def subtract_means(v: Array, cells: Indices | None, starts: Indices | None) -> Array:
    """Subtract from `v`, in place, its mean over each set; arguments as for `means`.

    Examples
    --------
    >>> subtract_means(np.array([1.0, 5.0, 3.0]), np.array([0, 2]), np.array([0]))
    array([-1.,  5.,  1.])
    """
    found, flat = means(v, cells, starts), v.reshape(-1)
    if cells is None or starts is None:
        flat -= v.dtype.type(found[0])
    else:
        run_slabs(listed, slabs(cells.size, cells.size), flat, cells, starts, found, True)
    return v
