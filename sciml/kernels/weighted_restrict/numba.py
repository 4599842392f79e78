"""Weighted sweeps of one plane, and the pipelined pass down.

The sweeps are those of `stencil_sor`, loops and layout alike, with a byte a cell and sweep more to read. The pass is
that of `sor_restrict`.
"""

from typing import Any

import numpy as np

from sciml.kernels._colour import SplitMasked
from sciml.kernels._masked import masked_relax, masked_residual, masked_start
from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels.sor_restrict.numba import residual_row

__all__ = ["relax_restrict", "weighted_plane"]

ONE = np.uint64(1)
SHARE = 0.0078125  # a byte of a scale counts 1/128


@inner
def _variable_plane(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int, colour: int) -> None:
    """Relax the cells of one colour in plane i, omega being the bytes of one sweep."""
    real = x.dtype.type
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    X, O, F = x[colour].reshape(-1), x[1 - colour].reshape(-1), f[colour].reshape(-1)  # noqa: E741
    c0, c1, c2, d, _ = stencil
    W, D = omega[colour].reshape(-1), d[colour].reshape(-1)
    U0, U1, U2 = c0[colour].reshape(-1), c1[colour].reshape(-1), c2[colour].reshape(-1)  # above own cells
    L0, L1, L2 = c0[1 - colour].reshape(-1), c1[1 - colour].reshape(-1), c2[1 - colour].reshape(-1)  # below them
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    width = np.uint64(M)
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        o, below, above = np.uint64((i * n1 + j) * M), np.uint64((im * n1 + j) * M), np.uint64((ip * n1 + j) * M)
        left, right = np.uint64((i * n1 + jm) * M), np.uint64((i * n1 + jp) * M)
        q = (i + j + colour) & 1
        near = o - ONE + np.uint64(q)
        next_ = near + ONE
        end = o + width - ONE
        edge = end if q == 1 else o
        kept = X[edge]
        for m in range(width):
            p, a, b, t = o + m, below + m, left + m, near + m
            g = (
                F[p] + L0[a] * O[a] + U0[p] * O[above + m] + L1[b] * O[b] + U1[p] * O[right + m]
                + L2[t] * O[t] + U2[p] * O[next_ + m]
            )
            X[p] += (base + step * real(W[p])) * (g / D[p] - X[p])
        m = edge - o
        a, b = below + m, left + m
        g = F[edge] + L0[a] * O[a] + U0[edge] * O[above + m] + L1[b] * O[b] + U1[edge] * O[right + m]
        g += L2[end] * O[end] + U2[edge] * O[o]
        X[edge] = kept + (base + step * real(W[edge])) * (g / D[edge] - kept)


def weighted_plane(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int, colour: int) -> None:
    """Relax the cells of one colour in plane i; resolved at compile time by the stencil's type."""


@overload_inner(weighted_plane)
def _weighted_plane(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: Any, colour: Any) -> Any:
    if stencil.instance_class is SplitMasked:
        return lambda stencil, omega, base, step, x, f, i, colour: masked_relax(
            stencil, omega, base, step, x, f, i, colour
        )
    return lambda stencil, omega, base, step, x, f, i, colour: _variable_plane(
        stencil, omega, base, step, x, f, i, colour
    )


def start_plane(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int) -> None:
    """The first (red) half sweep in plane i from x = 0, and 0 for the black cells."""


@overload_inner(start_plane)
def _start_plane(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: Any) -> Any:
    if stencil.instance_class is SplitMasked:
        return lambda stencil, omega, base, step, x, f, i: masked_start(stencil, omega, base, step, x, f, i)
    return lambda stencil, omega, base, step, x, f, i: _variable_start(stencil, omega, base, step, x, f, i)


def residual(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    """The residual of row (i, j) in `even` (cells with even k) and `odd`."""


@overload_inner(residual)
def _residual(stencil: Any, shape: Any, X: Any, F: Any, i: Any, j: Any, even: Any, odd: Any) -> Any:
    if getattr(stencil, "instance_class", None) is SplitMasked:
        return lambda stencil, shape, X, F, i, j, even, odd: masked_residual(stencil, shape, X, F, i, j, even, odd)
    return lambda stencil, shape, X, F, i, j, even, odd: _variable_residual(stencil, shape, X, F, i, j, even, odd)


def rows_of(stencil: Any) -> Any:
    """What `residual` takes: face arrays and surplus without their shape; a masked stencil as it is."""


@overload_inner(rows_of)
def _rows_of(stencil: Any) -> Any:
    if stencil.instance_class is SplitMasked:
        return lambda stencil: stencil
    return lambda stencil: (
        stencil[0].reshape(-1), stencil[1].reshape(-1), stencil[2].reshape(-1), stencil[4].reshape(-1)
    )


@inner
def _variable_residual(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    for m in range(shape[2]):
        even[m] = 0
        odd[m] = 0
    residual_row(stencil, shape, X, F, i, j, even, odd)


@inner
def _variable_start(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int) -> None:
    real = x.dtype.type
    d = stencil[3]
    for j in range(x.shape[2]):
        for m in range(x.shape[3]):
            x[0, i, j, m] = (base + step * real(omega[0, i, j, m])) * f[0, i, j, m] / d[0, i, j, m]
            x[1, i, j, m] = 0


@inner
def _restrict_plane(
    stencil: Any, scale: Any, x: Any, f: Any, I: int, ratio: Any, box: Any,  # noqa: E741
    even: Any, odd: Any, row: Any, beside: Any,
) -> None:
    """Sum the weighted residuals of the fine planes of coarse plane I."""
    real = x.dtype.type
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    r0, r1, r2 = ratio
    N0, N1, width = (n0 + r0 - 1) // r0, (n1 + r1 - 1) // r1, ((M + 1) // 2 if r2 == 2 else M)
    flat = rows_of(stencil)
    X, F, P, shape = x.reshape(-1), f.reshape(-1), scale.reshape(-1), (n0, n1, M)
    share = real(SHARE)
    for J in range(N1):
        for m in range(M):
            even[m] = 0
            odd[m] = 0
        for i in range(r0 * I, min(r0 * I + r0, n0)):
            for j in range(r1 * J, min(r1 * J + r1, n1)):
                residual(flat, shape, X, F, i, j, row, beside)
                p = (i + j) & 1
                E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)
                for m in range(np.uint64(M)):
                    even[m] += (real(1) + share * real(P[E + m])) * row[m]
                    odd[m] += (real(1) + share * real(P[D + m])) * beside[m]
        p = (I + J) & 1
        E, D = np.uint64(((p * N0 + I) * N1 + J) * width), np.uint64((((1 - p) * N0 + I) * N1 + J) * width)
        if r2 == 1:
            for m in range(np.uint64(M)):
                box[E + m] = even[m]
                box[D + m] = odd[m]
        else:
            for m in range(M):
                even[m] += odd[m]
            for m in range(np.uint64(M // 2)):
                box[E + m] = even[2 * m]
                box[D + m] = even[2 * m + 1]
            if M % 2 == 1:
                box[E + np.uint64(M // 2)] = even[M - 1]
                box[D + np.uint64(M // 2)] = 0


@compiled
def relax_restrict(
    first: int, last: int, lag: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, omega: Any, scale: Any,
    base: Any, step: Any, x: Any, f: Any, ratio: Any, box: Any,
) -> None:
    """One task of a pass (see `wave_tasks`): zeros first, half sweep t behind them, the restriction last."""
    n0, M = x.shape[1], x.shape[3]
    even, odd, row, beside = np.empty(M, x.dtype), np.empty(M, x.dtype), np.empty(M, x.dtype), np.empty(M, x.dtype)
    steps, r0 = 2 * len(omega), ratio[0]
    for s in range(first, last + steps * lag):
        for t in range(steps + 1):
            i = s - t * lag
            if i < lo + cut_lo * t or i >= hi - cut_hi * t:
                continue
            if i < 0:
                i += n0
            if t == steps:
                if i % r0 == r0 - 1 or i == n0 - 1:
                    _restrict_plane(stencil, scale, x, f, i // r0, ratio, box, even, odd, row, beside)
            elif t == 0:
                start_plane(stencil, omega[0], base, step, x, f, i)
            else:
                weighted_plane(stencil, omega[t // 2], base, step, x, f, i, t & 1)
