"""CPU version: plane i + 1 of the iterate is corrected just before the residual of plane i reads it."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["correct_cut", "correct_slab"]


@inner
def _add_plane(x: Any, i: int, scale: Any, u: Any) -> None:
    n1, n2 = u.shape[1], u.shape[2]
    half = n2 // 2
    for j in range(n1):
        p = (i + j) & 1
        for m in range(half):
            u[i, j, 2 * m] += scale * x[p, i, j, m]
            u[i, j, 2 * m + 1] += scale * x[1 - p, i, j, m]
        if n2 % 2 == 1:
            u[i, j, n2 - 1] += scale * x[p, i, j, half]


@inner
def _residual_plane(
    i: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any, u: Any, b: Any, scale: Any, f: Any, work: Any
) -> float:
    n0, n1, n2 = u.shape
    half = n2 // 2
    total = 0.0
    inverse = 1.0 / scale
    e = c[2]
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
        d = d0[i] + d1[j]
        for k in range(n2):
            work[k] = (
                b[i, j, k] - (d + d2[k]) * u[i, j, k] + a_m * u[im, j, k] + a_p * u[ip, j, k]
                + b_m * u[i, jm, k] + b_p * u[i, jp, k]
            )
        for k in range(1, n2):
            work[k] += e * u[i, j, k - 1]
        for k in range(n2 - 1):
            work[k] += e * u[i, j, k + 1]
        work[0] += wrap[2] * u[i, j, n2 - 1]
        work[n2 - 1] += wrap[2] * u[i, j, 0]
        for k in range(n2):
            total += work[k] * work[k]
        p = (i + j) & 1
        for m in range(half):
            f[p, i, j, m] = inverse * work[2 * m]
            f[1 - p, i, j, m] = inverse * work[2 * m + 1]
        if n2 % 2 == 1:
            f[p, i, j, half] = inverse * work[n2 - 1]
            f[1 - p, i, j, half] = 0
    return total


@compiled
def correct_slab(
    lo: int, hi: int, cut_lo: int, cut_hi: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any,
    x: Any, scale: Any, u: Any, b: Any, f: Any, partial: Any,
) -> None:
    """Correct planes lo..hi; residuals of those that need no plane beyond a cut."""
    work = np.empty(u.shape[2])
    for s in range(lo, hi + 1):
        if s < hi:
            _add_plane(x, s, scale, u)
        i = s - 1
        if lo + cut_lo <= i < hi - cut_hi:
            partial[i] = _residual_plane(i, c, wrap, d0, d1, d2, u, b, scale, f, work)


@compiled
def correct_cut(
    cut: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any, scale: Any, u: Any, b: Any, f: Any, partial: Any
) -> None:
    """Residuals of the planes on both sides of a cut."""
    work = np.empty(u.shape[2])
    for s in range(cut - 1, cut + 1):
        i = s % u.shape[0]
        partial[i] = _residual_plane(i, c, wrap, d0, d1, d2, u, b, scale, f, work)
