"""CPU version of the edges within a cutoff: counted, then written."""

from typing import Any

from sciml.kernels._numba import compiled_exact

__all__ = ["filter_slab"]


@compiled_exact
def filter_slab(
    lo: int, hi: int, points: Any, indptr: Any, indices: Any, shifts: Any, cell: Any, limit: Any, fill: bool,
    starts: Any, near: Any, near_shifts: Any, vectors: Any,
) -> None:
    """Edges of the nodes lo..hi; without `fill` their numbers, one place ahead in `starts`."""
    for i in range(lo, hi):
        count = 0
        place = starts[i]
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            a, b, c = shifts[e, 0], shifts[e, 1], shifts[e, 2]
            x = points[j, 0] - points[i, 0] + (a * cell[0, 0] + b * cell[1, 0] + c * cell[2, 0])
            y = points[j, 1] - points[i, 1] + (a * cell[0, 1] + b * cell[1, 1] + c * cell[2, 1])
            z = points[j, 2] - points[i, 2] + (a * cell[0, 2] + b * cell[1, 2] + c * cell[2, 2])
            inside = x * x + y * y + z * z < limit
            if not fill:
                count += inside
            elif inside:
                near[place] = j
                near_shifts[place, 0], near_shifts[place, 1], near_shifts[place, 2] = a, b, c
                vectors[place, 0], vectors[place, 1], vectors[place, 2] = x, y, z
                place += 1
        if not fill:
            starts[i + 1] = count
