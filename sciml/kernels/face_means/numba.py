"""CPU version of the mean face conductances: totals plane by plane, so that slabs do not matter."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["face_totals"]


@compiled
def face_totals(lo: int, hi: int, c0: Any, c1: Any, c2: Any, totals: Any, counts: Any) -> None:
    for i in range(lo, hi):
        for axis in range(3):
            c = c0 if axis == 0 else (c1 if axis == 1 else c2)
            total, count = 0.0, 0.0
            for j in range(c.shape[1]):
                for k in range(c.shape[2]):
                    total += c[i, j, k]
                    count += 1.0 if c[i, j, k] > 0 else 0.0
            totals[i, axis] = total
            counts[i, axis] = count
