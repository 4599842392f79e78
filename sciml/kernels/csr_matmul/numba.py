"""CPU version of the sparse product; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
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
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(np.uint64(0), np.uint64(x.shape[1]), np.uint64(LANES)):
            total = no_lanes(y)
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                total = plus(total, values[p], load(x, np.uint64(columns[p]), q))
            if b is None:
                store(y, i, q, plus(no_lanes(y), scale, total))
            else:
                store(y, i, q, plus(load(b, i, q), scale, total))
