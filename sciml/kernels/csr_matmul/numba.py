"""CPU version of the sparse product; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import compiled, inner

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


@inner
def _finish(b: Any, add: Any, scale: Any, y: Any, i: Any, q: Any, total: Any) -> None:
    first = load(b, i, q) if add else no_lanes(y)
    store(y, i, q, plus(first, scale, total))


@compiled
def products(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, x: Any, b: Any, add: Any, scale: Any, y: Any
) -> None:
    """Four lanes at a time, so that a row of x is read once for 32 columns, then two, then one.

    Rows are short and of many lengths, and where a row ends is guessed wrongly once a loop over its entries.
    """
    one, lanes = np.uint64(1), np.uint64(LANES)
    width = np.uint64(x.shape[1])
    wide, even = width - width % (np.uint64(4) * lanes), width - width % (lanes + lanes)
    for i in range(np.uint64(lo), np.uint64(hi)):
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        for q in range(np.uint64(0), wide, np.uint64(4) * lanes):
            q1, q2, q3 = q + lanes, q + lanes + lanes, q + lanes + lanes + lanes
            t0, t1, t2, t3 = no_lanes(y), no_lanes(y), no_lanes(y), no_lanes(y)
            for p in range(first, last):
                j, value = np.uint64(columns[p]), values[p]
                t0 = plus(t0, value, load(x, j, q))
                t1 = plus(t1, value, load(x, j, q1))
                t2 = plus(t2, value, load(x, j, q2))
                t3 = plus(t3, value, load(x, j, q3))
            _finish(b, add, scale, y, i, q, t0)
            _finish(b, add, scale, y, i, q1, t1)
            _finish(b, add, scale, y, i, q2, t2)
            _finish(b, add, scale, y, i, q3, t3)
        for q in range(wide, even, lanes + lanes):
            q1 = q + lanes
            t0, t1 = no_lanes(y), no_lanes(y)
            for p in range(first, last):
                j, value = np.uint64(columns[p]), values[p]
                t0 = plus(t0, value, load(x, j, q))
                t1 = plus(t1, value, load(x, j, q1))
            _finish(b, add, scale, y, i, q, t0)
            _finish(b, add, scale, y, i, q1, t1)
        for q in range(even, width, lanes):
            total = no_lanes(y)
            for p in range(first, last):
                total = plus(total, values[p], load(x, np.uint64(columns[p]), q))
            _finish(b, add, scale, y, i, q, total)
