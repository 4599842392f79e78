"""CPU version of the statistics of face conductances: plane by plane, so that slabs do not matter."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["plane_statistics"]


@compiled
def plane_statistics(lo: int, hi: int, c0: Any, c1: Any, c2: Any, sums: Any) -> None:
    for i in range(lo, hi):
        for axis in range(3):
            c = c0 if axis == 0 else (c1 if axis == 1 else c2)
            total, count, largest = 0.0, 0.0, 0.0
            for j in range(c.shape[1]):
                for k in range(c.shape[2]):
                    value = c[i, j, k]
                    total += value
                    count += 1.0 if value > 0 else 0.0
                    largest = max(largest, value)
            sums[i, axis, 0], sums[i, axis, 1], sums[i, axis, 2] = total, count, largest
