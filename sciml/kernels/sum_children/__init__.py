"""Right-hand sides of coarse boxes: sums over children that know about boundary values."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.sum_children.numba import sum_slab

__all__ = ["sum_children"]


@dispatched
def sum_children(
    f: Array, coarse: Array, n2: int, ends: NDArray[np.float64], ratio: tuple[int, int, int] = (2, 2, 2)
) -> Array:
    """Write the sums of `f` over the children of every cell into `coarse` and return it.

    A boundary value is a source in the cell at the end, on top of the f of the equation. The
    excess of that cell over the line through the next two counts with the factor ``ends``
    instead of 1, so the sums there are q f0 + (3 - 2 q) f1 + (q - 1) f2.

    Parameters
    ----------
    f : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Colour-split fine box.
    coarse : ndarray
        Colour-split coarse box, ceil(n / 2) cells along coarsened axes.
    n2 : int
        True length of a fine row.
    ends : ndarray, shape (3, 2)
        Factors q; used along coarsened axes of even length >= 4.
    ratio : tuple of int
        2 for coarsened axes, 1 for the others.
    """
    q = np.asarray(ends, f.dtype)
    run_slabs(sum_slab, slabs(coarse.shape[1], f.size), f, coarse, n2, q, ratio)
    return coarse
