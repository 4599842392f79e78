"""CPU version of the pair of inner products over fixed blocks."""

from typing import Any

from sciml.kernels._blocks import BLOCK
from sciml.kernels._numba import compiled

__all__ = ["dot_blocks"]


@compiled
def dot_blocks(lo: int, hi: int, z: Any, r: Any, q: Any, partial: Any) -> None:
    for m in range(lo, hi):
        # slices of their own: loops over offsets into the whole vectors do not vectorise
        start, stop = m * BLOCK, min((m + 1) * BLOCK, z.size)
        zb, rb, qb = z[start:stop], r[start:stop], q[start:stop]
        zr, zq = 0.0, 0.0
        for i in range(stop - start):
            zr += zb[i] * rb[i]
            zq += zb[i] * qb[i]
        partial[0, m] = zr
        partial[1, m] = zq
