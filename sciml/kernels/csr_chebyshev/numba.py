"""CPU version of one damped Jacobi sweep, out of place."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, plus, store
from sciml.kernels._numba import compiled

__all__ = ["scaled", "scaled_columns", "step", "step_columns"]


@compiled
def step(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any, omega: Any, y: Any
) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = b[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total -= values[p] * x[np.uint64(columns[p])]
        y[i] = x[i] + omega * inverse[i] * total


@compiled
def step_columns(
    lo: int, hi: int, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any, omega: Any, y: Any
) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(np.uint64(0), np.uint64(x.shape[1]), np.uint64(LANES)):
            total = load(b, i, q)
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                total = plus(total, -values[p], load(x, np.uint64(columns[p]), q))
            store(y, i, q, plus(load(x, i, q), omega * inverse[i], total))


@compiled
def scaled(lo: int, hi: int, inverse: Any, b: Any, omega: Any, y: Any) -> None:
    """The sweep from x = 0."""
    for i in range(lo, hi):
        y[i] = omega * inverse[i] * b[i]


@compiled
def scaled_columns(lo: int, hi: int, inverse: Any, b: Any, omega: Any, y: Any) -> None:
    for i in range(lo, hi):
        for q in range(b.shape[1]):
            y[i, q] = omega * inverse[i] * b[i, q]
