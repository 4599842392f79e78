"""CPU version: plane i + 1 of the iterate is corrected just before the residual of plane i reads it."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels._stencil import ConstantStencil

__all__ = ["add_plane", "correct"]


@inner
def add_plane(x: Any, i: int, step: Any, u: Any) -> None:
    """Add plane i of ``step * x``, which is in colour-split order, to `u`."""
    n1, n2 = u.shape[1], u.shape[2]
    half = n2 // 2
    for j in range(n1):
        p = (i + j) & 1
        for m in range(half):
            u[i, j, 2 * m] += step * x[p, i, j, m]
            u[i, j, 2 * m + 1] += step * x[1 - p, i, j, m]
        if n2 % 2 == 1:
            u[i, j, n2 - 1] += step * x[p, i, j, half]


@inner
def _store_row(work: Any, i: int, j: int, inverse: Any, f: Any) -> None:
    p, half = (i + j) & 1, len(work) // 2
    for m in range(half):
        f[p, i, j, m] = inverse * work[2 * m]
        f[1 - p, i, j, m] = inverse * work[2 * m + 1]
    if len(work) % 2 == 1:
        f[p, i, j, half] = inverse * work[len(work) - 1]
        f[1 - p, i, j, half] = 0


def _constant_plane(stencil: Any, i: int, u: Any, b: Any, inverse: Any, f: Any, work: Any) -> float:
    c, wrap, d0, d1, d2 = stencil
    n0, n1, n2 = u.shape
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    e, total = c[2], 0.0
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
        d = d0[i] + d1[j]
        for k in range(1, n2 - 1):
            r = (
                b[i, j, k] - (d + d2[k]) * u[i, j, k] + e * (u[i, j, k - 1] + u[i, j, k + 1])
                + a_m * u[im, j, k] + a_p * u[ip, j, k] + b_m * u[i, jm, k] + b_p * u[i, jp, k]
            )
            work[k] = r
            total += r * r
        for k in range(0, n2, max(n2 - 1, 1)):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            e_m, e_p = (e if k > 0 else wrap[2]), (e if k < n2 - 1 else wrap[2])
            r = (
                b[i, j, k] - (d + d2[k]) * u[i, j, k] + e_m * u[i, j, km] + e_p * u[i, j, kp]
                + a_m * u[im, j, k] + a_p * u[ip, j, k] + b_m * u[i, jm, k] + b_p * u[i, jp, k]
            )
            work[k] = r
            total += r * r
        _store_row(work, i, j, inverse, f)
    return total


def _variable_plane(stencil: Any, i: int, u: Any, b: Any, inverse: Any, f: Any, work: Any) -> float:
    c0, c1, c2, d = stencil
    n0, n1, n2 = u.shape
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    total = 0.0
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        for k in range(1, n2 - 1):
            r = (
                b[i, j, k] - d[i, j, k] * u[i, j, k] + c2[i, j, k - 1] * u[i, j, k - 1] + c2[i, j, k] * u[i, j, k + 1]
                + c0[im, j, k] * u[im, j, k] + c0[i, j, k] * u[ip, j, k]
                + c1[i, jm, k] * u[i, jm, k] + c1[i, j, k] * u[i, jp, k]
            )
            work[k] = r
            total += r * r
        for k in range(0, n2, max(n2 - 1, 1)):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            r = (
                b[i, j, k] - d[i, j, k] * u[i, j, k] + c2[i, j, km] * u[i, j, km] + c2[i, j, k] * u[i, j, kp]
                + c0[im, j, k] * u[im, j, k] + c0[i, j, k] * u[ip, j, k]
                + c1[i, jm, k] * u[i, jm, k] + c1[i, j, k] * u[i, jp, k]
            )
            work[k] = r
            total += r * r
        _store_row(work, i, j, inverse, f)
    return total


def _residual_plane(stencil: Any, i: int, u: Any, b: Any, inverse: Any, f: Any, work: Any) -> float:
    """Write the scaled residual of plane i into `f`; return the sum of its squares, unscaled."""
    raise AssertionError("compiled code only")


@overload_inner(_residual_plane)
def _typed_plane(stencil: Any, i: Any, u: Any, b: Any, inverse: Any, f: Any, work: Any) -> Any:
    return _constant_plane if stencil.instance_class is ConstantStencil else _variable_plane


@compiled
def correct(
    add: bool, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, step: Any, u: Any, b: Any, f: Any,
    inverse: Any, partial: Any,
) -> None:
    """Correct planes lo..hi where asked to; residuals of those that need no plane beyond a cut."""
    work = np.empty(u.shape[2])
    for s in range(lo, hi + 1):
        if add and step != 0 and s < hi:
            add_plane(x, s, step, u)
        i = s - 1
        if lo + cut_lo <= i < hi - cut_hi:
            i %= u.shape[0]
            partial[i] = _residual_plane(stencil, i, u, b, inverse, f, work)
