"""CPU version of Gauss-Seidel sweeps; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import compiled

__all__ = ["first", "first_columns", "sweep", "sweep_columns"]


@compiled
def first(lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any) -> None:
    """Forward sweep from x = 0 with what lies below the diagonal."""
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = b[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total -= values[p] * x[np.uint64(columns[p])]
        x[i] = total * inverse[i]


@compiled
def sweep(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, above: Any, later: Any, weights: Any, inverse: Any,
    b: Any, x: Any, backward: Any,
) -> None:
    """Rows of the lower part in `starts, columns, values`, of the upper part in `above, later, weights`."""
    one = np.uint64(1)
    begin, end = np.uint64(lo), np.uint64(hi)
    for k in range(end - begin):
        i = end - one - k if backward else begin + k
        total = b[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total -= values[p] * x[np.uint64(columns[p])]
        for p in range(np.uint64(above[i]), np.uint64(above[i + one])):
            total -= weights[p] * x[np.uint64(later[p])]
        x[i] = total * inverse[i]


@compiled
def first_columns(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any, left: Any, right: Any
) -> None:
    """Two lanes at a time, then one: where a short row ends is guessed wrongly once a loop over its entries."""
    one, lanes = np.uint64(1), np.uint64(LANES)
    begin, end = np.uint64(left), np.uint64(right)
    even = end - (end - begin) % (lanes + lanes)
    for i in range(np.uint64(lo), np.uint64(hi)):
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        for q in range(begin, even, lanes + lanes):
            q1 = q + lanes
            t0, t1 = load(b, i, q), load(b, i, q1)
            for p in range(first, last):
                j, value = np.uint64(columns[p]), -values[p]
                t0 = plus(t0, value, load(x, j, q))
                t1 = plus(t1, value, load(x, j, q1))
            store(x, i, q, plus(no_lanes(x), inverse[i], t0))
            store(x, i, q1, plus(no_lanes(x), inverse[i], t1))
        for q in range(even, end, lanes):
            total = load(b, i, q)
            for p in range(first, last):
                total = plus(total, -values[p], load(x, np.uint64(columns[p]), q))
            store(x, i, q, plus(no_lanes(x), inverse[i], total))


@compiled
def sweep_columns(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, above: Any, later: Any, weights: Any, inverse: Any,
    b: Any, x: Any, backward: Any, left: Any, right: Any,
) -> None:
    one, lanes = np.uint64(1), np.uint64(LANES)
    top, bottom = np.uint64(lo), np.uint64(hi)
    begin, end = np.uint64(left), np.uint64(right)
    even = end - (end - begin) % (lanes + lanes)
    for k in range(bottom - top):
        i = bottom - one - k if backward else top + k
        first, last = np.uint64(starts[i]), np.uint64(starts[i + one])
        after, stop = np.uint64(above[i]), np.uint64(above[i + one])
        for q in range(begin, even, lanes + lanes):
            q1 = q + lanes
            t0, t1 = load(b, i, q), load(b, i, q1)
            for p in range(first, last):
                j, value = np.uint64(columns[p]), -values[p]
                t0 = plus(t0, value, load(x, j, q))
                t1 = plus(t1, value, load(x, j, q1))
            for p in range(after, stop):
                j, value = np.uint64(later[p]), -weights[p]
                t0 = plus(t0, value, load(x, j, q))
                t1 = plus(t1, value, load(x, j, q1))
            store(x, i, q, plus(no_lanes(x), inverse[i], t0))
            store(x, i, q1, plus(no_lanes(x), inverse[i], t1))
        for q in range(even, end, lanes):
            total = load(b, i, q)
            for p in range(first, last):
                total = plus(total, -values[p], load(x, np.uint64(columns[p]), q))
            for p in range(after, stop):
                total = plus(total, -weights[p], load(x, np.uint64(later[p]), q))
            store(x, i, q, plus(no_lanes(x), inverse[i], total))
