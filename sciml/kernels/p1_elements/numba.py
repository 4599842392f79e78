"""CPU version of the element matrices."""

from typing import Any

from sciml.kernels._numba import compiled, inner

__all__ = ["elements"]


@inner
def plane_product(k: Any, row: int, x: float, y: float) -> Any:
    if k.shape[1] == 1:
        return k[row, 0] * x, k[row, 0] * y
    return k[row, 0] * x + k[row, 1] * y, k[row, 1] * x + k[row, 2] * y


@inner
def space_product(k: Any, row: int, x: float, y: float, z: float) -> Any:
    if k.shape[1] == 1:
        return k[row, 0] * x, k[row, 0] * y, k[row, 0] * z
    return (
        k[row, 0] * x + k[row, 1] * y + k[row, 2] * z,
        k[row, 1] * x + k[row, 3] * y + k[row, 4] * z,
        k[row, 2] * x + k[row, 4] * y + k[row, 5] * z,
    )


@inner
def triangle(points: Any, cells: Any, c: int, k: Any, row: int, edges: Any) -> Any:
    i, j, l = cells[c, 0], cells[c, 1], cells[c, 2]  # noqa: E741
    x1, y1 = points[l, 1] - points[i, 1], points[i, 0] - points[l, 0]
    x2, y2 = points[i, 1] - points[j, 1], points[j, 0] - points[i, 0]
    D = x1 * y2 - y1 * x2
    s = 0.5 / D
    u1, v1 = plane_product(k, row, x1, y1)
    u2, v2 = plane_product(k, row, x2, y2)
    # r_0 = -r_1 - r_2
    cross = s * (u1 * x2 + v1 * y2)
    edges[c, 0] = -s * (u1 * x1 + v1 * y1) - cross
    edges[c, 1] = -s * (u2 * x2 + v2 * y2) - cross
    edges[c, 2] = cross
    return 0.5 * D


@inner
def tetrahedron(points: Any, cells: Any, c: int, k: Any, row: int, edges: Any) -> Any:
    i, j, l, m = cells[c, 0], cells[c, 1], cells[c, 2], cells[c, 3]  # noqa: E741
    a0, a1, a2 = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
    b0, b1, b2 = points[l, 0] - points[i, 0], points[l, 1] - points[i, 1], points[l, 2] - points[i, 2]
    c0, c1, c2 = points[m, 0] - points[i, 0], points[m, 1] - points[i, 1], points[m, 2] - points[i, 2]
    x1, y1, z1 = b1 * c2 - b2 * c1, b2 * c0 - b0 * c2, b0 * c1 - b1 * c0
    x2, y2, z2 = c1 * a2 - c2 * a1, c2 * a0 - c0 * a2, c0 * a1 - c1 * a0
    x3, y3, z3 = a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0
    D = a0 * x1 + a1 * y1 + a2 * z1
    s = 1 / (6 * D)
    u1, v1, w1 = space_product(k, row, x1, y1, z1)
    u2, v2, w2 = space_product(k, row, x2, y2, z2)
    u3, v3, w3 = space_product(k, row, x3, y3, z3)
    # r_0 = -r_1 - r_2 - r_3
    e12 = s * (u1 * x2 + v1 * y2 + w1 * z2)
    e13 = s * (u1 * x3 + v1 * y3 + w1 * z3)
    e23 = s * (u2 * x3 + v2 * y3 + w2 * z3)
    edges[c, 0] = -s * (u1 * x1 + v1 * y1 + w1 * z1) - e12 - e13
    edges[c, 1] = -s * (u2 * x2 + v2 * y2 + w2 * z2) - e12 - e23
    edges[c, 2] = -s * (u3 * x3 + v3 * y3 + w3 * z3) - e13 - e23
    edges[c, 3], edges[c, 4], edges[c, 5] = e12, e13, e23
    return D / 6


@compiled
def elements(lo: int, hi: int, points: Any, cells: Any, k: Any, edges: Any, volumes: Any) -> None:
    if cells.shape[1] == 3:
        for c in range(lo, hi):
            volumes[c] = triangle(points, cells, c, k, c if len(k) > 1 else 0, edges)
    else:
        for c in range(lo, hi):
            volumes[c] = tetrahedron(points, cells, c, k, c if len(k) > 1 else 0, edges)
