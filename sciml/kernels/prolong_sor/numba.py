"""Coarse correction and post-smoothing in one pass over memory.

The pipeline of pre-smoothing in the other direction: prolongation leads, the half sweeps follow one
plane apart. Post-smoothing takes the colours in reverse order (black first), the adjoint of
red-black pre-smoothing, unless `first` says otherwise.
"""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled
from sciml.kernels.stencil_sor.numba import relax_plane

__all__ = ["pass_box", "pass_cut", "pass_slab"]


@compiled
def _gather(coarse: Any, I: int, J: int, r2: int, weight: Any, even: Any, odd: Any) -> None:  # noqa: E741
    # weight * coarse row (I, J), by parity of its own k
    P = (I + J) & 1
    for m in range(coarse.shape[3]):
        even[m] += weight * coarse[P, I, J, m]
        odd[m] += weight * coarse[1 - P, I, J, m]


@compiled
def _partner(i: int, r: int, n: int, ends: Any, wrap: bool) -> Any:
    # Index and weight of the other coarse cell that fine index i interpolates from, and the own weight.
    I = i // r  # noqa: E741
    if r == 1:
        return I, I, ends.dtype.type(1), ends.dtype.type(0)
    other = I - 1 if i % 2 == 0 else I + 1
    own, share = ends.dtype.type(0.75), ends.dtype.type(0.25)
    if other < 0 or other >= n:
        if wrap:
            other = other % n
        else:  # the ghost cell is a multiple of the cell itself
            own += share * ends[0 if other < 0 else 1]
            other, share = I, ends.dtype.type(0)
    return I, other, own, share


@compiled
def _prolong_row(
    x: Any, i: int, j: int, ratio: Any, coarse: Any, n2: int, linear: bool, ends: Any, wrap: Any,
    even: Any, odd: Any, row: Any,
) -> None:
    r0, r1, r2 = ratio
    M, Mc = x.shape[3], coarse.shape[3]
    even[:] = 0
    odd[:] = 0
    if linear:
        I, K, a, b = _partner(i, r0, coarse.shape[1], ends[0], wrap[0])  # noqa: E741
        J, L, c, d = _partner(j, r1, coarse.shape[2], ends[1], wrap[1])
        _gather(coarse, I, J, r2, a * c, even, odd)
        if b != 0:
            _gather(coarse, K, J, r2, b * c, even, odd)
        if d != 0:
            _gather(coarse, I, L, r2, a * d, even, odd)
        if b * d != 0:
            _gather(coarse, K, L, r2, b * d, even, odd)
    else:
        _gather(coarse, i // r0, j // r1, r2, x.dtype.type(1), even, odd)
    p = (i + j) & 1
    E, D = x[p], x[1 - p]
    if r2 == 1:
        for m in range(M):
            E[i, j, m] += even[m]
        for m in range(n2 // 2):
            D[i, j, m] += odd[m]
        return
    # Natural order with one ghost at either end: row[m + 1] is coarse cell m.
    for m in range(Mc):
        row[2 * m + 1] = even[m]
        row[2 * m + 2] = odd[m]
    if not linear:
        for m in range(M):
            E[i, j, m] += row[m + 1]
        for m in range(n2 // 2):
            D[i, j, m] += row[m + 1]
        return
    row[0] = row[M] if wrap[2] else ends[2, 0] * row[1]
    row[M + 1] = row[1] if wrap[2] else ends[2, 1] * row[M]
    own, share = x.dtype.type(0.75), x.dtype.type(0.25)
    for m in range(M):
        E[i, j, m] += own * row[m + 1] + share * row[m]
    for m in range(n2 // 2):
        D[i, j, m] += own * row[m + 1] + share * row[m + 2]


@compiled
def _prolong_plane(
    x: Any, i: int, ratio: Any, coarse: Any, n2: int, linear: bool, ends: Any, wrap: Any,
    even: Any, odd: Any, row: Any,
) -> None:
    for j in range(x.shape[2]):
        _prolong_row(x, i, j, ratio, coarse, n2, linear, ends, wrap, even, odd, row)


@compiled
def pass_box(
    stencil: Any, x: Any, f: Any, omega: Any, nu: int, first: int,
    ratio: Any, coarse: Any, n2: int, linear: bool, ends: Any, wrap: Any,
) -> None:
    """The plain order for boxes that fit into cache."""
    n0, Mc = x.shape[1], coarse.shape[3]
    even, odd, row = np.empty(Mc, x.dtype), np.empty(Mc, x.dtype), np.empty(2 * Mc + 2, x.dtype)
    for i in range(n0):
        _prolong_plane(x, i, ratio, coarse, n2, linear, ends, wrap, even, odd, row)
    for t in range(2 * nu):
        for i in range(n0):
            relax_plane(stencil, x, f, i, (t + first) & 1, omega)


@compiled
def pass_slab(
    lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, f: Any, omega: Any, nu: int, first: int,
    ratio: Any, coarse: Any, n2: int, linear: bool, ends: Any, wrap: Any,
) -> None:
    """Everything in planes lo..hi that does not depend on planes beyond a cut."""
    Mc = coarse.shape[3]
    even, odd, row = np.empty(Mc, x.dtype), np.empty(Mc, x.dtype), np.empty(2 * Mc + 2, x.dtype)
    steps = 2 * nu
    for s in range(lo, hi + steps):
        if s < hi:
            _prolong_plane(x, s, ratio, coarse, n2, linear, ends, wrap, even, odd, row)
        for t in range(steps):
            i = s - t - 1
            if lo + cut_lo * (t + 1) <= i < hi - cut_hi * (t + 1):
                relax_plane(stencil, x, f, i, (t + first) & 1, omega)


@compiled
def pass_cut(cut: int, stencil: Any, x: Any, f: Any, omega: Any, nu: int, first: int) -> None:
    """What `pass_slab` left on both sides of a cut (0 for a periodic axis)."""
    n0 = x.shape[1]
    for t in range(2 * nu):
        for i in range(cut - t - 1, cut + t + 1):
            relax_plane(stencil, x, f, i % n0, (t + first) & 1, omega)
