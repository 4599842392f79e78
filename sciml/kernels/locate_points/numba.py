"""CPU version of the search: down the tree, into every box that holds the point."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled_exact, inner

__all__ = ["locate"]


@inner
def barycentric(points: Any, cells: Any, c: int, x: Any, trial: Any) -> Any:
    """Coordinates of x in a cell into `trial`; returns the smallest. Cramer's rule on the edges."""
    i, j, l = cells[c, 0], cells[c, 1], cells[c, 2]  # noqa: E741
    a0, a1, p0, p1 = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], x[0] - points[i, 0], x[1] - points[i, 1]
    b0, b1 = points[l, 0] - points[i, 0], points[l, 1] - points[i, 1]
    if len(trial) == 3:
        s = 1 / (a0 * b1 - a1 * b0)
        trial[1] = s * (p0 * b1 - p1 * b0)
        trial[2] = s * (a0 * p1 - a1 * p0)
        trial[0] = 1 - trial[1] - trial[2]
        return min(trial[0], trial[1], trial[2])
    m = cells[c, 3]
    a2, b2, p2 = points[j, 2] - points[i, 2], points[l, 2] - points[i, 2], x[2] - points[i, 2]
    c0, c1, c2 = points[m, 0] - points[i, 0], points[m, 1] - points[i, 1], points[m, 2] - points[i, 2]
    u0, u1, u2 = b1 * c2 - b2 * c1, b2 * c0 - b0 * c2, b0 * c1 - b1 * c0
    s = 1 / (a0 * u0 + a1 * u1 + a2 * u2)
    v0, v1, v2 = a1 * p2 - a2 * p1, a2 * p0 - a0 * p2, a0 * p1 - a1 * p0
    trial[1] = s * (p0 * u0 + p1 * u1 + p2 * u2)
    trial[2] = s * (c0 * v0 + c1 * v1 + c2 * v2)
    trial[3] = -s * (b0 * v0 + b1 * v1 + b2 * v2)
    trial[0] = 1 - trial[1] - trial[2] - trial[3]
    return min(min(trial[0], trial[1]), min(trial[2], trial[3]))


@compiled_exact
def locate(
    lo: int, hi: int, points: Any, cells: Any, boxes: Any, order: Any, at: Any, leaf: int, tolerance: float,
    found: Any, weights: Any,
) -> None:
    k, d = weights.shape[1], at.shape[1]
    leaves = len(boxes) // 2
    stack, trial = np.empty(128, np.int64), np.empty(k)
    for q in range(lo, hi):
        x = at[q]
        best, deepest = -1, -tolerance
        stack[0], height = 1, 1
        while height > 0:
            height -= 1
            node = stack[height]
            inside = True
            for axis in range(d):
                inside = inside and boxes[node, 0, axis] <= x[axis] <= boxes[node, 1, axis]
            if not inside:
                continue
            if node < leaves:
                stack[height], stack[height + 1] = 2 * node + 1, 2 * node
                height += 2
                continue
            first = (node - leaves) * leaf
            for place in range(first, min(first + leaf, len(order))):
                c = order[place]
                depth = barycentric(points, cells, c, x, trial)
                if depth > deepest or (depth == deepest and (best < 0 or c < best)):
                    best, deepest = c, depth
                    for a in range(k):
                        weights[q, a] = trial[a]
        found[q] = best
