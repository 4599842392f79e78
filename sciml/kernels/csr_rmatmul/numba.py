"""CPU version of the transposed product of a piece of the rows."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["scattered"]


@compiled
def scattered(lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any) -> tuple[Any, Any]:
    """First column met, and the sums from there up to the last."""
    one = np.uint64(1)
    width = x.shape[1]
    if starts[lo] == starts[hi]:
        return 0, np.zeros((0, width), x.dtype)
    first = last = columns[starts[lo]]
    for p in range(np.uint64(starts[lo]), np.uint64(starts[hi])):
        first, last = min(first, columns[p]), max(last, columns[p])
    sums = np.zeros((last - first + 1, width), x.dtype)
    offset = np.uint64(first)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j, value = np.uint64(columns[p]) - offset, values[p]
            for q in range(width):
                sums[j, q] += value * x[i, q]
    return np.int64(first), sums
