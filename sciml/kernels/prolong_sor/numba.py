"""Coarse correction and post-smoothing in one pass over memory.

The pipeline of pre-smoothing in the other direction: prolongation leads, the half sweeps follow one
plane apart. Post-smoothing takes the colours in reverse order (black first), the adjoint of
red-black pre-smoothing, unless `first` says otherwise.
"""

from typing import Any, NamedTuple

import numpy as np

from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels.stencil_sor.numba import relax_plane

__all__ = ["Constant", "LinearBox", "prolong_relax"]

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


class Constant(NamedTuple):
    """Piecewise constant transfer: n2, the true length of a fine row, and what `transfer` makes of the target."""

    n2: int
    ratio: Any
    labels: Any
    box: Any
    sums: Any


class LinearBox(NamedTuple):
    """Linear transfer from a coarse box.

    n2 : true length of a fine row
    ratio : 1 or 2 per axis
    ends, wrap : ghost multiples and periodic axes
    box : colour-split coarse box
    """

    n2: int
    ratio: Any
    ends: Any
    wrap: Any
    box: Any


def _constant_plane(x: Any, i: int, source: Any, even: Any, odd: Any, row: Any) -> None:
    n2, ratio, labels, box, sums = source
    X = x.reshape(-1)
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    r0, r1, r2 = ratio
    N0, N1, width = (n0 + r0 - 1) // r0, (n1 + r1 - 1) // r1, ((M + 1) // 2 if r2 == 2 else M)
    for j in range(n1):
        p = (i + j) & 1
        E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)
        I, J = i // r0, j // r1  # noqa: E741
        P = (I + J) & 1
        A, B = np.uint64(((P * N0 + I) * N1 + J) * width), np.uint64((((1 - P) * N0 + I) * N1 + J) * width)
        if r2 == 0:
            for half in range(2):
                o = D if half else E
                for m in range(np.uint64(M)):
                    label = labels[o + m]
                    if label >= 0:
                        X[o + m] += sums[label]
            continue
        if r2 == 1:
            for m in range(np.uint64(M)):
                row[m] = box[B + m]
                X[E + m] += box[A + m]
        else:  # coarse cell m has the colour of its parity
            for m in range(np.uint64(width)):
                row[2 * m] = box[A + m]
                row[2 * m + 1] = box[B + m]
            for m in range(np.uint64(M)):
                X[E + m] += row[m]
        for m in range(np.uint64(n2 // 2)):
            X[D + m] += row[m]


def _linear_plane(x: Any, i: int, source: Any, even: Any, odd: Any, row: Any) -> None:
    n2, ratio, ends, wrap, coarse = source
    X, C = x.reshape(-1), coarse.reshape(-1)
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    N0, N1, Mc = coarse.shape[1], coarse.shape[2], coarse.shape[3]
    r0, r1, r2 = ratio
    own, share = x.dtype.type(0.75), x.dtype.type(0.25)
    I, K, a, b = _partner(i, r0, N0, ends[0], wrap[0])  # noqa: E741
    for j in range(n1):
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
        row[0] = row[M] if wrap[2] else ends[2, 0] * row[1]
        row[M + 1] = row[1] if wrap[2] else ends[2, 1] * row[M]
        for m in range(width):
            X[E + m] += own * row[m + ONE] + share * row[m]
        for m in range(pairs):
            X[D + m] += own * row[m + ONE] + share * row[m + TWO]


def prolong_plane(x: Any, i: int, source: Any, even: Any, odd: Any, row: Any) -> None:
    """Add the coarse correction to plane i."""


@overload_inner(prolong_plane)
def _prolong_plane(x: Any, i: Any, source: Any, even: Any, odd: Any, row: Any) -> Any:
    return _constant_plane if source.instance_class is Constant else _linear_plane


@compiled
def prolong_relax(
    begin: int, end: int, lag: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, f: Any,
    omega: Any, nu: int, first: int, source: Any,
) -> None:
    """One task of a pass (see `wave_tasks`): the prolongation leads."""
    n0, M = x.shape[1], x.shape[3]
    even, odd, row = np.empty(M, x.dtype), np.empty(M, x.dtype), np.empty(2 * M + 2, x.dtype)
    steps = 2 * nu
    for s in range(begin, end + steps * lag):
        for t in range(steps + 1):
            i = s - t * lag
            if i < lo + cut_lo * t or i >= hi - cut_hi * t:
                continue
            if i < 0:
                i += n0
            if t == 0:
                prolong_plane(x, i, source, even, odd, row)
            else:
                relax_plane(stencil, x, f, i, (t - 1 + first) & 1, omega)
