"""CPU conversion between natural and colour-split order."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["merge_slab", "split_slab", "surplus_slab"]


@compiled
def split_slab(lo: int, hi: int, u: Any, scale: Any, padding: Any, x: Any) -> None:
    n1, n2 = u.shape[1], u.shape[2]
    half = n2 // 2
    for i in range(lo, hi):
        for j in range(n1):
            p = (i + j) & 1
            for m in range(half):
                x[p, i, j, m] = scale * u[i, j, 2 * m]
                x[1 - p, i, j, m] = scale * u[i, j, 2 * m + 1]
            if n2 % 2 == 1:
                x[p, i, j, half] = scale * u[i, j, n2 - 1]
                x[1 - p, i, j, half] = padding


@compiled
def merge_slab(lo: int, hi: int, x: Any, scale: Any, keep: Any, u: Any) -> None:
    n1, n2 = u.shape[1], u.shape[2]
    half = n2 // 2
    for i in range(lo, hi):
        for j in range(n1):
            p = (i + j) & 1
            if keep == 0:
                for m in range(half):
                    u[i, j, 2 * m] = scale * x[p, i, j, m]
                    u[i, j, 2 * m + 1] = scale * x[1 - p, i, j, m]
                if n2 % 2 == 1:
                    u[i, j, n2 - 1] = scale * x[p, i, j, half]
            else:
                for m in range(half):
                    u[i, j, 2 * m] += scale * x[p, i, j, m]
                    u[i, j, 2 * m + 1] += scale * x[1 - p, i, j, m]
                if n2 % 2 == 1:
                    u[i, j, n2 - 1] += scale * x[p, i, j, half]


@compiled
def surplus_slab(lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, s: Any) -> None:
    """What the diagonal holds beyond the faces, in colour-split order; rounding counts as nothing."""
    n0, n1, n2 = d.shape
    for i in range(lo, hi):
        im = i - 1 if i > 0 else n0 - 1
        for j in range(n1):
            jm = j - 1 if j > 0 else n1 - 1
            p = (i + j) & 1
            below = c2[i, j, n2 - 1]
            for k in range(n2):
                faces = c0[im, j, k] + c0[i, j, k] + c1[i, jm, k] + c1[i, j, k] + below + c2[i, j, k]
                below = c2[i, j, k]
                rest = d[i, j, k] - faces
                s[(p + k) & 1, i, j, k // 2] = rest if rest > 1e-13 * d[i, j, k] else 0.0
