"""CPU conversion between natural and colour-split order."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["merge_slab", "split_faces", "split_slab"]


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


@inner
def _part(row: Any, i: int, j: int, padding: Any, x: Any) -> None:
    """One row in colour-split order."""
    p, half = (i + j) & 1, len(row) // 2
    for m in range(half):
        x[p, i, j, m] = row[2 * m]
        x[1 - p, i, j, m] = row[2 * m + 1]
    if len(row) % 2 == 1:
        x[p, i, j, half] = row[len(row) - 1]
        x[1 - p, i, j, half] = padding


@compiled
def split_faces(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, C0: Any, C1: Any, C2: Any, D: Any, S: Any
) -> None:
    """Faces, diagonal (1 where it is 0), and what it holds beyond the faces; rounding counts as nothing."""
    n0, n1, n2 = d.shape
    results = C0, C1, C2, S, D
    own, rest = np.empty(n2, d.dtype), np.empty(n2, d.dtype)
    for i in range(lo, hi):
        im = i - 1 if i > 0 else n0 - 1
        for j in range(n1):
            jm = j - 1 if j > 0 else n1 - 1
            for k in range(n2):
                rest[k] = d[i, j, k] - c0[im, j, k] - c0[i, j, k] - c1[i, jm, k] - c1[i, j, k] - c2[i, j, k]
            rest[0] -= c2[i, j, n2 - 1]
            for k in range(1, n2):
                rest[k] -= c2[i, j, k - 1]
            for k in range(n2):
                rest[k] = rest[k] if rest[k] > 1e-13 * d[i, j, k] else 0.0
                own[k] = D.dtype.type(d[i, j, k])
            for k in range(n2):
                own[k] = own[k] if own[k] > 0 else 1.0  # also where low precision holds nothing
            rows = c0[i, j], c1[i, j], c2[i, j], rest, own
            for part in range(5):
                _part(rows[part], i, j, part // 4, results[part])
