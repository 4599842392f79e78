"""CPU version of the residual step over fixed blocks."""

from typing import Any

from sciml.kernels._blocks import BLOCK
from sciml.kernels._numba import compiled

__all__ = ["residual_blocks"]


@compiled
def residual_blocks(lo: int, hi: int, alpha: Any, q: Any, r: Any, partial: Any) -> None:
    for m in range(lo, hi):
        # slices of their own: loops over offsets into the whole vectors do not vectorise
        start, stop = m * BLOCK, min((m + 1) * BLOCK, r.size)
        qb, rb = q[start:stop], r[start:stop]
        total = 0.0
        for i in range(stop - start):
            value = rb[i] - alpha * qb[i]
            rb[i] = value
            total += value * value
        partial[0, m] = total
