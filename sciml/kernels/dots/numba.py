"""CPU version of the pair of inner products over fixed blocks."""

from typing import Any

from sciml.kernels._blocks import BLOCK
from sciml.kernels._numba import compiled

__all__ = ["dot_blocks"]


@compiled
def dot_blocks(lo: int, hi: int, z: Any, r: Any, q: Any, partial: Any) -> None:
    for m in range(lo, hi):
        zr, zq = 0.0, 0.0
        for i in range(m * BLOCK, min((m + 1) * BLOCK, z.size)):
            zr += z[i] * r[i]
            zq += z[i] * q[i]
        partial[0, m] = zr
        partial[1, m] = zq
