"""CPU version: images of atoms as points of their own, and back."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, compiled_exact

__all__ = ["find_images", "unfold_slab"]


@compiled_exact
def find_images(
    fractions: Any, lower: Any, upper: Any, places: Any, cell: Any, low: Any, high: Any, points: Any, owner: Any,
    turns: Any, home: Any,
) -> int:
    """Images whose fractions lie between lower and upper and whose places between low and high; returns their number.

    They come atom after atom in rising order of the turns; counted only while the arrays have no room.
    """
    count = 0
    first, last = np.zeros(3, np.int64), np.zeros(3, np.int64)
    for j in range(len(places)):
        for axis in range(3):
            first[axis] = np.ceil(lower[axis] - fractions[j, axis])
            last[axis] = np.floor(upper[axis] - fractions[j, axis])
        for a in range(first[0], last[0] + 1):
            for b in range(first[1], last[1] + 1):
                for c in range(first[2], last[2] + 1):
                    x = places[j, 0] + (a * cell[0, 0] + b * cell[1, 0] + c * cell[2, 0])
                    y = places[j, 1] + (a * cell[0, 1] + b * cell[1, 1] + c * cell[2, 1])
                    z = places[j, 2] + (a * cell[0, 2] + b * cell[1, 2] + c * cell[2, 2])
                    inside = low[0] <= x <= high[0] and low[1] <= y <= high[1] and low[2] <= z <= high[2]
                    if inside and count < len(points):
                        points[count, 0], points[count, 1], points[count, 2] = x, y, z
                        owner[count] = j
                        turns[count, 0], turns[count, 1], turns[count, 2] = a, b, c
                        if a == 0 and b == 0 and c == 0:
                            home[j] = count
                    count += inside
    return count


@compiled
def unfold_slab(
    lo: int, hi: int, indptr: Any, indices: Any, owner: Any, turns: Any, wraps: Any, shifts: Any
) -> None:
    """From images to atoms and shifts, in place, for the rows lo..hi."""
    for i in range(lo, hi):
        for e in range(indptr[i], indptr[i + 1]):
            p = indices[e]
            j = owner[p]
            indices[e] = j
            for axis in range(3):
                shifts[e, axis] = turns[p, axis] + wraps[i, axis] - wraps[j, axis]
