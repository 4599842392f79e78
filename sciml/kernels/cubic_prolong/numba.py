"""CPU version: one axis after the other, the widest pass over contiguous rows last."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["prolong_slab"]

ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@inner
def _parents(i: int, r: int, n: int, wrap: bool, index: Any, weight: Any) -> None:
    # The coarse cells that fine cell i interpolates from along an axis, and their weights.
    if r == 1:
        for k in range(4):
            index[k], weight[k] = i, 1.0 if k == 0 else 0.0
        return
    count = 4 if wrap else min(n, 4)
    centre = i / 2 - 0.25  # of the fine cell, counted in coarse cells
    start = (i + 1) // 2 - 2
    if not wrap:
        start = min(max(start, 0), n - count)
    for k in range(4):
        index[k], weight[k] = start % n, 0.0
    for k in range(count):
        w = 1.0
        for m in range(count):
            if m != k:
                w *= (centre - start - m) / (k - m)
        index[k], weight[k] = (start + k) % n, w


@inner
def _combine(C: Any, start: Any, weight: Any, out: Any) -> None:
    # Weighted sum of the four rows that begin at `start` of the flat array C.
    a, b, c, d = np.uint64(start[0]), np.uint64(start[1]), np.uint64(start[2]), np.uint64(start[3])
    T = out.dtype.type
    u, v, w, z = T(weight[0]), T(weight[1]), T(weight[2]), T(weight[3])
    for m in range(np.uint64(len(out))):
        out[m] = u * C[a + m] + v * C[b + m] + w * C[c + m] + z * C[d + m]


@inner
def _ghosts(row: Any, n: int, wrap: bool) -> None:
    # Two cells beyond either end: around a periodic axis, else on the cubic through the cells at the end.
    if wrap:
        row[1], row[0] = row[n + 1], row[2 + (n - 2) % n]
        row[n + 2], row[n + 3] = row[2], row[2 + 1 % n]
        return
    low, high = 2, n + 1
    for _ in range(2):
        if n >= 4:
            row[low - 1] = 4 * (row[low] + row[low + 2]) - 6 * row[low + 1] - row[low + 3]
            row[high + 1] = 4 * (row[high] + row[high - 2]) - 6 * row[high - 1] - row[high - 3]
        elif n == 3:
            row[low - 1] = 3 * (row[low] - row[low + 1]) + row[low + 2]
            row[high + 1] = 3 * (row[high] - row[high - 1]) + row[high - 2]
        elif n == 2:
            row[low - 1] = 2 * row[low] - row[low + 1]
            row[high + 1] = 2 * row[high] - row[high - 1]
        else:
            row[low - 1] = row[high + 1] = row[2]
        low, high = low - 1, high + 1


@inner
def _write_row(row: Any, r: int, X: Any, even: Any, odd: Any, width: Any, pairs: Any) -> None:
    # Fine cells of even and odd k from a natural coarse row with two ghosts at either end.
    if r == 1:
        for m in range(width):
            X[even + m] = row[TWO + TWO * m]
        for m in range(pairs):
            X[odd + m] = row[THREE + TWO * m]
        return
    T = row.dtype.type
    far, near, own, beyond = T(-5 / 128), T(35 / 128), T(105 / 128), T(-7 / 128)
    for m in range(width):
        X[even + m] = far * row[m] + near * row[m + ONE] + own * row[m + TWO] + beyond * row[m + THREE]
    for m in range(pairs):
        M = m + ONE
        X[odd + m] = beyond * row[M] + own * row[M + ONE] + near * row[M + TWO] + far * row[M + THREE]


@compiled
def prolong_slab(lo: int, hi: int, coarse: Any, x: Any, n2: int, ratio: Any, wrap: Any) -> None:
    """Planes lo..hi of the fine box."""
    C, X = coarse.reshape(-1), x.reshape(-1)
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    N0, N1, Mc = coarse.shape[1], coarse.shape[2], coarse.shape[3]
    N2 = n2 if ratio[2] == 1 else (n2 + 1) // 2
    plane, half, row = np.empty(N1 * 2 * Mc, x.dtype), np.empty(Mc, x.dtype), np.empty(2 * Mc + 4, x.dtype)
    inner = row[2 : 2 + 2 * Mc]
    index, weight, start = np.empty(4, np.int64), np.empty(4), np.empty(4, np.int64)
    width, pairs = np.uint64(M), np.uint64(n2 // 2)
    for i in range(lo, hi):
        _parents(i, ratio[0], N0, wrap[0], index, weight)
        for J in range(N1):
            for parity in range(2):  # cells of even k have the colour of their row's parity
                for k in range(4):
                    start[k] = ((((index[k] + J + parity) & 1) * N0 + index[k]) * N1 + J) * Mc
                _combine(C, start, weight, half)
                for m in range(Mc):
                    plane[2 * (J * Mc + m) + parity] = half[m]
        for j in range(n1):
            _parents(j, ratio[1], N1, wrap[1], index, weight)
            for k in range(4):
                start[k] = index[k] * 2 * Mc
            _combine(plane, start, weight, inner)
            if ratio[2] == 2:
                _ghosts(row, N2, wrap[2])
            p = (i + j) & 1
            even, odd = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)
            _write_row(row, ratio[2], X, even, odd, width, pairs)
