"""CPU version of the residual step over fixed blocks."""

from typing import Any

from sciml.kernels._blocks import BLOCK
from sciml.kernels._numba import compiled

__all__ = ["residual_blocks"]


@compiled
def residual_blocks(lo: int, hi: int, alpha: Any, q: Any, r: Any, partial: Any) -> None:
    for m in range(lo, hi):
        total = 0.0
        for i in range(m * BLOCK, min((m + 1) * BLOCK, r.size)):
            value = r[i] - alpha * q[i]
            r[i] = value
            total += value * value
        partial[0, m] = total
