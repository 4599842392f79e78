"""Reference of the sums over children."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array

__all__ = ["sum_children"]


def sum_children(f: Array, ends: NDArray[np.float64], ratio: tuple[int, int, int]) -> Array:
    """Sums over blocks of `ratio` cells, with the factors `ends` on the excess of the cells at the ends."""
    sums = f.astype(np.float64)
    for axis in range(3):
        n = f.shape[axis]
        if ratio[axis] == 2:
            sums = np.moveaxis(sums, axis, 0).copy()
            if n % 2 == 0 and n >= 4:
                below = (1 - ends[axis, 0]) * (sums[0] - 2 * sums[1] + sums[2])
                above = (1 - ends[axis, 1]) * (sums[-1] - 2 * sums[-2] + sums[-3])
                sums[0] -= below
                sums[-1] -= above
            sums = np.moveaxis(np.add.reduceat(sums, np.arange(0, n, 2)), 0, axis)
    return sums.astype(f.dtype)
