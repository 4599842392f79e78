"""CPU version of the gradient of a softmax over rows."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["slopes"]


@compiled
def slopes(lo: int, hi: int, starts: Any, y: Any, g: Any, out: Any) -> None:
    one = np.uint64(1)
    width = y.shape[1]
    mean = np.empty(width, y.dtype)
    for i in range(np.uint64(lo), np.uint64(hi)):
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        for q in range(width):
            mean[q] = 0
        for p in range(first, last):
            for q in range(width):
                mean[q] += g[p, q] * y[p, q]
        for p in range(first, last):
            for q in range(width):
                out[p, q] = y[p, q] * (g[p, q] - mean[q])
