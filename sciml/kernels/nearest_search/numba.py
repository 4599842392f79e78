"""CPU version: a box of cells grows at its nearest face until that lies beyond the k-th neighbour."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled_exact, inner_exact

__all__ = ["nearest_slab"]


@inner_exact
def insert_range(
    begin: int, end: int, points: Any, x: Any, y: Any, z: Any, order: Any, itself: int, best: Any, keys: Any, m: int,
    k: int,
) -> int:
    """Put points into the m best ones, sorted by squared distance, then number; returns the new m."""
    X, Y, Z = points
    for p in range(begin, end):
        dx, dy, dz = X[p] - x, Y[p] - y, Z[p] - z
        d2 = dx * dx + dy * dy + dz * dz
        if m == k and d2 > best[k - 1]:
            continue
        key = order[p]
        if key == itself or (m == k and d2 == best[k - 1] and key > keys[k - 1]):
            continue
        m = min(m + 1, k)
        place = m - 1
        while place > 0 and (best[place - 1] > d2 or (best[place - 1] == d2 and keys[place - 1] > key)):
            best[place], keys[place] = best[place - 1], keys[place - 1]
            place -= 1
        best[place], keys[place] = d2, key
    return m


@inner_exact
def nearest_face(place: Any, walls: Any, low: Any, high: Any, outside: Any) -> Any:
    """Face of a box of cells behind which points can be nearest: least squared distance and 2 axis + upper.

    Along the other axes they are at least as far as the box of all points, `outside` squared. Summed in the order
    of distances to points, the bound holds in spite of rounding.
    """
    least, face = np.inf, -1
    for axis in range(3):
        below = place[axis] - walls[axis][low[axis]]
        above = walls[axis][high[axis] + 1] - place[axis]
        d2 = min(below, above) ** 2
        bound = (
            (d2 if axis == 0 else outside[0]) + (d2 if axis == 1 else outside[1]) + (d2 if axis == 2 else outside[2])
        )
        if bound < least:
            least, face = bound, 2 * axis + (above < below)
    return least, face


@compiled_exact
def nearest_slab(
    lo: int, hi: int, cells: Any, queries: Any, skip: Any, bounds: Any, indices: Any, distances: Any
) -> None:
    """The nearest points to the queries lo..hi in the order of cells, nearest first."""
    walls, first, order, coordinates = cells
    _, query_first, query_order, places = queries
    points = (coordinates[0], coordinates[1], coordinates[2])
    n1, n2 = len(walls[1]) - 1, len(walls[2]) - 1
    k = indices.shape[1]
    best, keys = np.empty(k), np.empty(k, np.int32)
    low, high, begin, end = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64)
    for c in range(len(query_first) - 1):
        for s in range(max(lo, query_first[c]), min(hi, query_first[c + 1])):
            x, y, z, q = places[0, s], places[1, s], places[2, s], query_order[s]
            low[0], low[1], low[2] = c // n2 // n1, c // n2 % n1, c % n2
            for axis in range(3):
                high[axis], begin[axis], end[axis] = low[axis], low[axis], low[axis]
            outside = (
                max(bounds[0, 0] - x, x - bounds[1, 0], 0.0) ** 2, max(bounds[0, 1] - y, y - bounds[1, 1], 0.0) ** 2,
                max(bounds[0, 2] - z, z - bounds[1, 2], 0.0) ** 2,
            )
            m = 0
            while True:
                for i in range(begin[0], end[0] + 1):
                    for j in range(begin[1], end[1] + 1):
                        row = (i * n1 + j) * n2
                        m = insert_range(
                            first[row + begin[2]], first[row + end[2] + 1], points, x, y, z, order, skip[q], best,
                            keys, m, k,
                        )
                least, face = nearest_face((x, y, z), walls, low, high, outside)
                if face < 0 or (m == k and least > best[k - 1]):  # at the same distance the number decides
                    break
                for axis in range(3):
                    begin[axis], end[axis] = low[axis], high[axis]
                axis = face >> 1
                if face & 1:
                    high[axis] += 1
                    begin[axis], end[axis] = high[axis], high[axis]
                else:
                    low[axis] -= 1
                    begin[axis], end[axis] = low[axis], low[axis]
            for a in range(k):
                indices[q, a] = keys[a]
                distances[q, a] = np.sqrt(best[a])
