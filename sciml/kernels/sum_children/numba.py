"""CPU version: fine rows are added up first, cells along a row last."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["sum_slab"]


@inner
def _children(I: int, r: int, n: int, q: Any, index: Any, weight: Any) -> None:  # noqa: E741
    # Up to three cells along an axis and what they count for coarse cell I.
    for k in range(3):
        index[k], weight[k] = min(r * I + k, n - 1), 1 if k < min(r, n - r * I) else 0
    if r == 2 and n % 2 == 0 and n >= 4 and (I == 0 or n - 2 == 2 * I):
        first, step, p = (0, 1, q[0]) if I == 0 else (n - 1, -1, q[1])
        for k in range(3):
            index[k] = first + step * k
        weight[0], weight[1], weight[2] = p, 3 - 2 * p, p - 1


@inner
def _add_row(F: Any, start: int, w: Any, out: Any) -> None:
    begin = np.uint64(start)
    for m in range(np.uint64(len(out))):
        out[m] += w * F[begin + m]


@inner
def _sum_row(even: Any, odd: Any, n: int, q: Any, row: Any) -> None:
    # Sums of the pairs of a row of n cells that are given by even and odd k.
    last = (n - 1) // 2
    for m in range(last + 1):
        row[m] = even[m] + odd[m]
    if n % 2 == 1:
        row[last] = even[last]
    elif n >= 4:
        row[0] = q[0] * even[0] + (3 - 2 * q[0]) * odd[0] + (q[0] - 1) * even[1]
        row[last] = q[1] * odd[last] + (3 - 2 * q[1]) * even[last] + (q[1] - 1) * odd[last - 1]


@compiled
def sum_slab(lo: int, hi: int, f: Any, coarse: Any, n2: int, q: Any, ratio: Any) -> None:
    """Planes lo..hi of the coarse box."""
    F, C = f.reshape(-1), coarse.reshape(-1)
    n0, n1, M = f.shape[1], f.shape[2], f.shape[3]
    N0, N1, Mc = coarse.shape[1], coarse.shape[2], coarse.shape[3]
    even, odd, row = np.empty(M, f.dtype), np.empty(M, f.dtype), np.empty(M, f.dtype)
    across, along = np.empty(3, np.int64), np.empty(3, np.int64)
    u, v = np.empty(3, f.dtype), np.empty(3, f.dtype)
    for I in range(lo, hi):  # noqa: E741
        _children(I, ratio[0], n0, q[0], across, u)
        for J in range(N1):
            _children(J, ratio[1], n1, q[1], along, v)
            for m in range(M):
                even[m] = odd[m] = 0
            for a in range(3):
                for b in range(3):
                    i, j, w = across[a], along[b], u[a] * v[b]
                    if w != 0:
                        p = (i + j) & 1
                        _add_row(F, ((p * n0 + i) * n1 + j) * M, w, even)
                        _add_row(F, (((1 - p) * n0 + i) * n1 + j) * M, w, odd)
            p = (I + J) & 1
            red, black = ((p * N0 + I) * N1 + J) * Mc, (((1 - p) * N0 + I) * N1 + J) * Mc
            if ratio[2] == 2:
                _sum_row(even, odd, n2, q[2], row)
                for m in range(M // 2):
                    even[m], odd[m] = row[2 * m], row[2 * m + 1]
                even[Mc - 1] = row[2 * Mc - 2]
            for m in range(Mc):
                C[red + m] = even[m]
            for m in range((n2 if ratio[2] == 1 else M) // 2):
                C[black + m] = odd[m]
