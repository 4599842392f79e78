"""CPU version of the gradients: the differences of u against the edges of the cell (Cramer's rule)."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["gradient"]


@compiled
def gradient(lo: int, hi: int, points: Any, cells: Any, u: Any, out: Any) -> None:
    if cells.shape[1] == 3:
        for c in range(lo, hi):
            i, j, l = cells[c, 0], cells[c, 1], cells[c, 2]  # noqa: E741
            a0, a1, d = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], u[j] - u[i]
            b0, b1, e = points[l, 0] - points[i, 0], points[l, 1] - points[i, 1], u[l] - u[i]
            s = 1 / (a0 * b1 - a1 * b0)
            out[c, 0] = s * (d * b1 - e * a1)
            out[c, 1] = s * (e * a0 - d * b0)
        return
    for c in range(lo, hi):
        i, j, l, m = cells[c, 0], cells[c, 1], cells[c, 2], cells[c, 3]  # noqa: E741
        a0, a1, a2 = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
        b0, b1, b2 = points[l, 0] - points[i, 0], points[l, 1] - points[i, 1], points[l, 2] - points[i, 2]
        c0, c1, c2 = points[m, 0] - points[i, 0], points[m, 1] - points[i, 1], points[m, 2] - points[i, 2]
        d, e, f = u[j] - u[i], u[l] - u[i], u[m] - u[i]
        x, y, z = b1 * c2 - b2 * c1, b2 * c0 - b0 * c2, b0 * c1 - b1 * c0
        s = 1 / (a0 * x + a1 * y + a2 * z)
        out[c, 0] = s * (d * x + e * (c1 * a2 - c2 * a1) + f * (a1 * b2 - a2 * b1))
        out[c, 1] = s * (d * y + e * (c2 * a0 - c0 * a2) + f * (a2 * b0 - a0 * b2))
        out[c, 2] = s * (d * z + e * (c0 * a1 - c1 * a0) + f * (a0 * b1 - a1 * b0))
