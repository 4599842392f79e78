"""CPU version of the sparse product; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import compiled

__all__ = ["product", "products"]


@compiled
def product(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, b: Any, add: Any, scale: Any, y: Any
) -> None:
    """``y = b + scale A x`` if `add`, or without b, in one variant, which compiles once."""
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = y.dtype.type(0)
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total += values[p] * x[np.uint64(columns[p])]
        if add:
            y[i] = b[i] + scale * total
        else:
            y[i] = scale * total


@compiled
def products(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, b: Any, add: Any, scale: Any, y: Any
) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(np.uint64(0), np.uint64(x.shape[1]), np.uint64(LANES)):
            total = no_lanes(y)
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                total = plus(total, values[p], load(x, np.uint64(columns[p]), q))
            first = load(b, i, q) if add else no_lanes(y)
            store(y, i, q, plus(first, scale, total))
