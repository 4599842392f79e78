"""CPU conversion between natural and colour-split order."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

ONE = np.uint64(1)

__all__ = ["count_others", "merge_slab", "split_excess", "split_faces", "split_slab"]


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


@compiled
def count_others(lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, faces: Any, wraps: Any) -> int:
    """Number of faces in planes lo..hi that are not what the cells on both sides being active makes them."""
    n0, n1, n2 = d.shape
    C0, C1, C2, D = c0.reshape(-1), c1.reshape(-1), c2.reshape(-1), d.reshape(-1)
    f0, f1, f2 = faces
    others = 0
    for i in range(lo, hi):
        ip, g0 = (i + 1, f0) if i < n0 - 1 else (0, f0 if wraps[0] else 0.0)
        for j in range(n1):
            jp, g1 = (j + 1, f1) if j < n1 - 1 else (0, f1 if wraps[1] else 0.0)
            p, a, b = np.uint64((i * n1 + j) * n2), np.uint64((ip * n1 + j) * n2), np.uint64((i * n1 + jp) * n2)
            for k in range(np.uint64(n2)):
                here = D[p + k] > 0
                others += C0[p + k] != (g0 if here and D[a + k] > 0 else 0.0)
                others += C1[p + k] != (g1 if here and D[b + k] > 0 else 0.0)
            for k in range(np.uint64(n2 - 1)):
                others += C2[p + k] != (f2 if D[p + k] > 0 and D[p + k + ONE] > 0 else 0.0)
            end = p + np.uint64(n2 - 1)
            others += C2[end] != (f2 if wraps[2] and D[end] > 0 and D[p] > 0 else 0.0)
    return others


@compiled
def split_excess(lo: int, hi: int, d: Any, faces: float, six: Any, e: Any) -> None:
    """What the diagonal holds beyond six faces, rounding counting as nothing; -six where it is 0, and in padding."""
    n1, n2 = d.shape[1], d.shape[2]
    row = np.empty(n2, e.dtype)
    for i in range(lo, hi):
        for j in range(n1):
            for k in range(n2):
                rest = d[i, j, k] - faces
                row[k] = -six if d[i, j, k] == 0 else (e.dtype.type(rest) if abs(rest) > 1e-13 * faces else 0)
            _part(row, i, j, -six, e)
