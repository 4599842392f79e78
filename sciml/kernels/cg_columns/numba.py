"""CPU version of the vector work for many right-hand sides."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["ROWS", "dot_blocks", "renew_range", "residual_blocks"]

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
def residual_blocks(lo: int, hi: int, alpha: Any, q: Any, r: Any, rounded: Any, partial: Any) -> None:
    width = r.shape[1]
    total = np.empty(width)
    for m in range(lo, hi):
        for c in range(width):
            total[c] = 0.0
        for i in range(np.uint64(m * ROWS), np.uint64(min((m + 1) * ROWS, len(r)))):
            for c in range(width):
                value = r[i, c] - alpha[c] * q[i, c]
                r[i, c] = value
                rounded[i, c] = value
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
