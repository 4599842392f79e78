"""CPU version of the softmax over rows; in exact order, so that NaN is seen and scores of -inf have no weight."""

from typing import Any

import numpy as np

from sciml.kernels._exponential import power
from sciml.kernels._numba import compiled_exact

__all__ = ["softmax"]


@compiled_exact
def softmax(lo: int, hi: int, starts: Any, values: Any, out: Any) -> None:
    one = np.uint64(1)
    width = values.shape[1]
    largest, total = np.empty(width, values.dtype), np.empty(width, values.dtype)
    for i in range(np.uint64(lo), np.uint64(hi)):
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        if first == last:
            continue
        for q in range(width):
            largest[q], total[q] = values[first, q], 0
        for p in range(first + one, last):
            for q in range(width):
                largest[q] = max(largest[q], values[p, q])
        for p in range(first, last):
            for q in range(width):
                weight = power(values[p, q] - largest[q])
                out[p, q] = weight
                total[q] += weight
        for q in range(width):
            total[q] = 1 / total[q]
        for p in range(first, last):
            for q in range(width):
                out[p, q] *= total[q]
