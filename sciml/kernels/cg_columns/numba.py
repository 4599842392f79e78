"""CPU version of the vector work for many right-hand sides."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import compiled

__all__ = ["ROWS", "dot_blocks", "product_blocks", "renew_range", "residual_blocks"]

# Rows of a block, whose sums are added in one order whatever the number of threads.
ROWS = 1024


@compiled
def renew_range(lo: int, hi: int, alpha: Any, beta: Any, z: Any, p: Any, x: Any) -> None:
    for i in range(np.uint64(lo), np.uint64(hi)):
        for q in range(p.shape[1]):
            old = p[i, q]
            x[i, q] += alpha[q] * old
            p[i, q] = z[i, q] + beta[q] * old


@compiled
def product_blocks(lo: int, hi: int, starts: Any, columns: Any, values: Any, p: Any, q: Any, partial: Any) -> None:
    """Two lanes at a time, then one; sums in the precision of `values`, which the products with p are taken of."""
    one, lanes = np.uint64(1), np.uint64(LANES)
    width = np.uint64(p.shape[1])
    even, unit = width - width % (lanes + lanes), q.dtype.type(1)
    for m in range(np.uint64(lo), np.uint64(hi)):
        first, last = m * np.uint64(ROWS), min((m + one) * np.uint64(ROWS), np.uint64(len(p)))
        for c in range(np.uint64(0), even, lanes + lanes):
            d = c + lanes
            s0, s1 = no_lanes(partial), no_lanes(partial)
            for i in range(first, last):
                t0, t1 = no_lanes(values), no_lanes(values)
                for e in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                    j, value = np.uint64(columns[e]), values[e]
                    t0 = plus(t0, value, load(p, j, c))
                    t1 = plus(t1, value, load(p, j, d))
                store(q, i, c, plus(no_lanes(q), unit, t0))
                store(q, i, d, plus(no_lanes(q), unit, t1))
                s0, s1 = plus(s0, t0, load(p, i, c)), plus(s1, t1, load(p, i, d))
            store(partial, m, c, s0)
            store(partial, m, d, s1)
        for c in range(even, width, lanes):
            total = no_lanes(partial)
            for i in range(first, last):
                t0 = no_lanes(values)
                for e in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                    t0 = plus(t0, values[e], load(p, np.uint64(columns[e]), c))
                store(q, i, c, plus(no_lanes(q), unit, t0))
                total = plus(total, t0, load(p, i, c))
            store(partial, m, c, total)


@compiled
def residual_blocks(lo: int, hi: int, alpha: Any, q: Any, r: Any, partial: Any) -> None:
    width = r.shape[1]
    total = np.empty(width)
    for m in range(lo, hi):
        for c in range(width):
            total[c] = 0.0
        for i in range(np.uint64(m * ROWS), np.uint64(min((m + 1) * ROWS, len(r)))):
            for c in range(width):
                value = r[i, c] - alpha[c] * q[i, c]
                r[i, c] = value
                total[c] += value * value
        for c in range(width):
            partial[m, c] = total[c]


@compiled
def dot_blocks(lo: int, hi: int, z: Any, r: Any, partial: Any) -> None:
    width = r.shape[1]
    total = np.empty(width)
    for m in range(lo, hi):
        for c in range(width):
            total[c] = 0.0
        for i in range(np.uint64(m * ROWS), np.uint64(min((m + 1) * ROWS, len(r)))):
            for c in range(width):
                total[c] += z[i, c] * r[i, c]
        for c in range(width):
            partial[m, c] = total[c]
