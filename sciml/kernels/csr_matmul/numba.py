"""CPU version of the sparse product; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["product", "products"]


@compiled
def product(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, b: Any, scale: Any, y: Any
) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = y.dtype.type(0)
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total += values[p] * x[np.uint64(columns[p])]
        if b is None:
            y[i] = scale * total
        else:
            y[i] = b[i] + scale * total


@compiled
def products(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, b: Any, scale: Any, y: Any
) -> None:
    one = np.uint64(1)
    width = x.shape[1]
    total = np.empty(width, y.dtype)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(width):
            total[q] = 0
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j, value = np.uint64(columns[p]), values[p]
            for q in range(width):
                total[q] += value * x[j, q]
        if b is None:
            for q in range(width):
                y[i, q] = scale * total[q]
        else:
            for q in range(width):
                y[i, q] = b[i, q] + scale * total[q]
