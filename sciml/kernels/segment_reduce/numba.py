"""CPU version of sums and maxima over rows."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["maxima", "sums"]


@compiled
def sums(lo: int, hi: int, starts: Any, values: Any, out: Any) -> None:
    one = np.uint64(1)
    width = values.shape[1]
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(width):
            out[i, q] = 0
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            for q in range(width):
                out[i, q] += values[p, q]


@compiled
def maxima(lo: int, hi: int, starts: Any, values: Any, out: Any) -> None:
    one = np.uint64(1)
    width = values.shape[1]
    for i in range(np.uint64(lo), np.uint64(hi)):
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        for q in range(width):
            out[i, q] = values[first, q] if first < last else 0
        for p in range(first + one, last):
            for q in range(width):
                out[i, q] = max(out[i, q], values[p, q])
