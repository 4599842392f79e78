"""CPU version of volumes and longest edges; coordinates may overflow, so the order of operations is kept."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled_exact, inner_exact

__all__ = ["sizes"]


@inner_exact
def between(points: Any, i: int, j: int) -> Any:
    return points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]


@inner_exact
def cross(a: Any, b: Any) -> Any:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@inner_exact
def dot(a: Any, b: Any) -> Any:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@inner_exact
def in_plane(points: Any, i: int, j: int, k: int) -> Any:
    x1, y1 = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
    x2, y2 = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1]
    x3, y3 = points[k, 0] - points[j, 0], points[k, 1] - points[j, 1]
    return (x1 * y2 - y1 * x2) / 2, max(x1 * x1 + y1 * y1, max(x2 * x2 + y2 * y2, x3 * x3 + y3 * y3))


@inner_exact
def in_space(points: Any, i: int, j: int, k: int) -> Any:
    a, b, c = between(points, i, j), between(points, i, k), between(points, j, k)
    normal = cross(a, b)
    return np.sqrt(dot(normal, normal)) / 2, max(dot(a, a), max(dot(b, b), dot(c, c)))


@inner_exact
def solid(points: Any, i: int, j: int, k: int, l: int) -> Any:  # noqa: E741
    a, b, c = between(points, i, j), between(points, i, k), between(points, i, l)
    d, e, f = between(points, j, k), between(points, j, l), between(points, k, l)
    longest = max(max(dot(a, a), dot(b, b)), max(dot(c, c), max(dot(d, d), max(dot(e, e), dot(f, f)))))
    return dot(cross(a, b), c) / 6, longest


@compiled_exact
def sizes(lo: int, hi: int, points: Any, cells: Any, volumes: Any, longest: Any) -> None:
    edges = len(longest) > 0
    for t in range(lo, hi):
        if cells.shape[1] == 4:
            volume, length = solid(points, cells[t, 0], cells[t, 1], cells[t, 2], cells[t, 3])
        elif points.shape[1] == 3:
            volume, length = in_space(points, cells[t, 0], cells[t, 1], cells[t, 2])
        else:
            volume, length = in_plane(points, cells[t, 0], cells[t, 1], cells[t, 2])
        volumes[t] = volume
        if edges:
            longest[t] = length
