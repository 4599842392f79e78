"""Coarse correction and post-smoothing in one pass over memory.

The pipeline of pre-smoothing in the other direction: prolongation leads, the half sweeps follow one
plane apart. Post-smoothing takes the colours in reverse order (black first), the adjoint of
red-black pre-smoothing, unless `first` says otherwise.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from sciml.kernels._numba import compiled, inner
from sciml.kernels._waves import BOX, CUT
from sciml.kernels.stencil_sor.numba import relax_plane

__all__ = ["Box", "prolong_relax"]

ONE, TWO = np.uint64(1), np.uint64(2)


@inner
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


@inner
def _mix(C: Any, a: Any, A: int, b: Any, B: int, c: Any, K: int, d: Any, D: int, out: Any) -> None:
    # Weighted sum of four coarse half rows that start at A, B, K, D of the flat array C.
    A, B, K, D = np.uint64(A), np.uint64(B), np.uint64(K), np.uint64(D)
    for m in range(np.uint64(len(out))):
        out[m] = a * C[A + m] + b * C[B + m] + c * C[K + m] + d * C[D + m]


def _label_plane(x: Any, i: int, source: Any, coarse: Any, even: Any, odd: Any, row: Any) -> None:
    for colour in range(2):
        for j in range(x.shape[2]):
            for m in range(x.shape[3]):
                label = source[colour, i, j, m]
                if label >= 0:
                    x[colour, i, j, m] += coarse[label]


def _box_plane(x: Any, i: int, source: Any, coarse: Any, even: Any, odd: Any, row: Any) -> None:
    ratio, n2, linear, ends, wrap = source
    X, C = x.reshape(-1), coarse.reshape(-1)
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    N0, N1, Mc = coarse.shape[1], coarse.shape[2], coarse.shape[3]
    r0, r1, r2 = ratio
    one, own, share = x.dtype.type(1), x.dtype.type(0.75), x.dtype.type(0.25)
    zero = one - one
    I, K, a, b = i // r0, i // r0, one, zero  # noqa: E741
    if linear:
        I, K, a, b = _partner(i, r0, N0, ends[0], wrap[0])  # noqa: E741
    for j in range(n1):
        J, L, c, d = j // r1, j // r1, one, zero
        if linear:
            J, L, c, d = _partner(j, r1, N1, ends[1], wrap[1])
        # The cells with even k of a coarse row have the colour of its parity.
        for parity in range(2):
            _mix(
                C, a * c, ((((I + J + parity) & 1) * N0 + I) * N1 + J) * Mc,
                b * c, ((((K + J + parity) & 1) * N0 + K) * N1 + J) * Mc,
                a * d, ((((I + L + parity) & 1) * N0 + I) * N1 + L) * Mc,
                b * d, ((((K + L + parity) & 1) * N0 + K) * N1 + L) * Mc,
                odd if parity else even,
            )
        p = (i + j) & 1
        E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)
        width, pairs = np.uint64(M), np.uint64(n2 // 2)
        if r2 == 1:
            for m in range(width):
                X[E + m] += even[m]
            for m in range(pairs):
                X[D + m] += odd[m]
            continue
        # Natural order with one ghost at either end: row[m + 1] is coarse cell m.
        for m in range(Mc):
            row[2 * m + 1] = even[m]
            row[2 * m + 2] = odd[m]
        if linear:
            row[0] = row[M] if wrap[2] else ends[2, 0] * row[1]
            row[M + 1] = row[1] if wrap[2] else ends[2, 1] * row[M]
            for m in range(width):
                X[E + m] += own * row[m + ONE] + share * row[m]
            for m in range(pairs):
                X[D + m] += own * row[m + ONE] + share * row[m + TWO]
        else:
            for m in range(width):
                X[E + m] += row[m + ONE]
            for m in range(pairs):
                X[D + m] += row[m + ONE]


class Box(NamedTuple):
    """Transfer from a coarse box.

    ratio : 1 or 2 per axis
    n2 : true length of a fine row
    linear : interpolate linearly, else piecewise constant
    ends, wrap : ghost multiples and periodic axes of linear interpolation
    """

    ratio: Any
    n2: Any
    linear: Any
    ends: Any
    wrap: Any


def prolong_plane(x: Any, i: int, source: Any, coarse: Any, even: Any, odd: Any, row: Any) -> None:
    """Add the coarse correction to plane i: from a Box, or by label."""


@overload(prolong_plane, strict=False)
def _prolong_plane(x: Any, i: Any, source: Any, coarse: Any, even: Any, odd: Any, row: Any) -> Any:
    return _label_plane if isinstance(source, types.Array) else _box_plane


@compiled
def prolong_relax(
    task: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, f: Any, omega: Any, nu: int,
    first: int, source: Any, coarse: Any,
) -> None:
    """One task of a pass: BOX, SLAB or CUT as in `relax_restrict`."""
    n0, Mc = x.shape[1], coarse.shape[coarse.ndim - 1]
    even, odd, row = np.empty(Mc, x.dtype), np.empty(Mc, x.dtype), np.empty(2 * Mc + 2, x.dtype)
    steps = 2 * nu
    if task == CUT:
        for t in range(steps):
            for i in range(lo - t - 1, lo + t + 1):
                relax_plane(stencil, x, f, i % n0, (t + first) & 1, omega)
        return
    lag = n0 if task == BOX else 1
    for s in range(lo, hi + steps * lag):
        if s < hi:
            prolong_plane(x, s, source, coarse, even, odd, row)
        for t in range(steps):
            i = s - (t + 1) * lag
            if lo + cut_lo * (t + 1) <= i < hi - cut_hi * (t + 1):
                relax_plane(stencil, x, f, i, (t + first) & 1, omega)
