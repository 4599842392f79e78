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
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(np.uint64(left), np.uint64(right), np.uint64(LANES)):
            total = load(b, i, q)
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                total = plus(total, -values[p], load(x, np.uint64(columns[p]), q))
            store(x, i, q, plus(no_lanes(x), inverse[i], total))


@compiled
def sweep_columns(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, above: Any, later: Any, weights: Any, inverse: Any,
    b: Any, x: Any, backward: Any, left: Any, right: Any,
) -> None:
    one = np.uint64(1)
    begin, end = np.uint64(lo), np.uint64(hi)
    for k in range(end - begin):
        i = end - one - k if backward else begin + k
        for q in range(np.uint64(left), np.uint64(right), np.uint64(LANES)):
            total = load(b, i, q)
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                total = plus(total, -values[p], load(x, np.uint64(columns[p]), q))
            for p in range(np.uint64(above[i]), np.uint64(above[i + one])):
                total = plus(total, -weights[p], load(x, np.uint64(later[p]), q))
            store(x, i, q, plus(no_lanes(x), inverse[i], total))
