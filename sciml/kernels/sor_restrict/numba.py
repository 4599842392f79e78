"""Pre-smoothing, residual and restriction in one pass over memory.

Half sweep t may touch plane i as soon as half sweep t - 1 has passed planes i - 1, i and i + 1.
So all half sweeps follow each other through the planes one step apart, the residual one step
behind the last, and a plane is fetched from memory once instead of once a half sweep.

With several slabs, half sweep t first covers the planes at least t away from every cut (all slabs
at once), then the planes left around the cuts (all cuts at once). Order within a plane and
between neighbouring planes is that of the serial pass, so the result does not depend on the number
of slabs. A periodic first axis is a box cut at plane 0.
"""

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from sciml.kernels._numba import compiled
from sciml.kernels._stencil import ConstantStencil
from sciml.kernels._waves import BOX, CUT
from sciml.kernels.stencil_sor.numba import relax_plane, start_plane

ONE = np.uint64(1)

__all__ = ["relax_restrict", "residual_row"]


def _constant_row(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    c, wrap, d0, d1, d2 = stencil
    n0, n1, M = shape
    n2 = len(d2)
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
    d, e = d0[i] + d1[j], c[2]
    inner = d + d2[n2 // 2]
    p = (i + j) & 1  # colour of the cells with even k in this row; the other one in the rows around it
    q = 1 - p
    E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64(((q * n0 + i) * n1 + j) * M)
    width = np.uint64(M)
    below, above = np.uint64(((q * n0 + im) * n1 + j) * M), np.uint64(((q * n0 + ip) * n1 + j) * M)
    left, right = np.uint64(((q * n0 + i) * n1 + jm) * M), np.uint64(((q * n0 + i) * n1 + jp) * M)
    for m in range(width):
        even[m] += (
            F[E + m] - inner * X[E + m]
            + a_m * X[below + m] + a_p * X[above + m] + b_m * X[left + m] + b_p * X[right + m]
        )
    first = even[0]
    for m in range(width):
        even[m] += e * (X[D + m - ONE] + X[D + m])
    below, above = np.uint64(((p * n0 + im) * n1 + j) * M), np.uint64(((p * n0 + ip) * n1 + j) * M)
    left, right = np.uint64(((p * n0 + i) * n1 + jm) * M), np.uint64(((p * n0 + i) * n1 + jp) * M)
    for m in range(width):
        odd[m] += (
            F[D + m] - inner * X[D + m]
            + a_m * X[below + m] + a_p * X[above + m] + b_m * X[left + m] + b_p * X[right + m]
        )
    last = np.uint64((n2 - 1) // 2)
    final = odd[last]
    for m in range(width):
        odd[m] += e * (X[E + m] + X[E + m + ONE])
    # The ends anew, without what the loops read beyond the row, and with what wraps around.
    even[0] = first + (inner - d - d2[0]) * X[E] + e * X[D] + wrap[2] * X[D + last]
    if n2 % 2 == 0:
        odd[last] = final + (inner - d - d2[n2 - 1]) * X[D + last] + e * X[E + last] + wrap[2] * X[E]
    else:
        odd[last] = 0  # padding
        if n2 > 1:
            even[last] += (inner - d - d2[n2 - 1]) * X[E + last]


def _variable_row(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    c0, c1, c2, s = stencil
    n0, n1, M = shape
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
    p = (i + j) & 1
    q = 1 - p
    E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64(((q * n0 + i) * n1 + j) * M)
    width = np.uint64(M)
    end = width - ONE
    below, above = np.uint64(((q * n0 + im) * n1 + j) * M), np.uint64(((q * n0 + ip) * n1 + j) * M)
    left, right = np.uint64(((q * n0 + i) * n1 + jm) * M), np.uint64(((q * n0 + i) * n1 + jp) * M)
    for m in range(width):
        even[m] += (
            F[E + m] - s[E + m] * X[E + m]
            + c0[below + m] * (X[below + m] - X[E + m]) + c0[E + m] * (X[above + m] - X[E + m])
        )
    for m in range(width):
        even[m] += (
            c1[left + m] * (X[left + m] - X[E + m]) + c1[E + m] * (X[right + m] - X[E + m])
            + c2[E + m] * (X[D + m] - X[E + m])
        )
    first = even[0]
    for m in range(width):
        even[m] += c2[D + m - ONE] * (X[D + m - ONE] - X[E + m])
    below, above = np.uint64(((p * n0 + im) * n1 + j) * M), np.uint64(((p * n0 + ip) * n1 + j) * M)
    left, right = np.uint64(((p * n0 + i) * n1 + jm) * M), np.uint64(((p * n0 + i) * n1 + jp) * M)
    for m in range(width):
        odd[m] += (
            F[D + m] - s[D + m] * X[D + m]
            + c0[below + m] * (X[below + m] - X[D + m]) + c0[D + m] * (X[above + m] - X[D + m])
        )
    for m in range(width):
        odd[m] += (
            c1[left + m] * (X[left + m] - X[D + m]) + c1[D + m] * (X[right + m] - X[D + m])
            + c2[E + m] * (X[E + m] - X[D + m])
        )
    final = odd[M - 1]
    for m in range(width):
        odd[m] += c2[D + m] * (X[E + m + ONE] - X[D + m])
    # The ends anew, without what the loops read beyond the row, and with what wraps around.
    even[0] = first + c2[D + end] * (X[D + end] - X[E])
    odd[M - 1] = final + c2[D + end] * (X[E] - X[D + end])


def residual_row(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    """Add the residual of row (i, j) to `even` (cells with even k) and `odd`.

    Takes flat arrays, made once a plane: reshaping costs more than a row.
    """


@overload(residual_row, strict=False)
def _residual_row(stencil: Any, shape: Any, X: Any, F: Any, i: Any, j: Any, even: Any, odd: Any) -> Any:
    constant = getattr(stencil, "instance_class", None) is ConstantStencil
    return _constant_row if constant else _variable_row


def flat(stencil: Any) -> Any:
    """Face arrays and surplus without their shape; a constant stencil as it is."""


@overload(flat, strict=False)
def _flat(stencil: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil: stencil
    return lambda stencil: (
        stencil[0].reshape(-1), stencil[1].reshape(-1), stencil[2].reshape(-1), stencil[4].reshape(-1)
    )


def _box_plane(stencil: Any, x: Any, f: Any, I: int, target: Any, coarse: Any, even: Any, odd: Any) -> None:  # noqa: E741
    n0, n1 = x.shape[1], x.shape[2]
    r0, r1, r2 = target
    M = even.shape[0]
    whole, X, F = flat(stencil), x.reshape(-1), f.reshape(-1)
    shape = (n0, n1, M)
    for J in range(coarse.shape[2]):
        even[:] = 0
        odd[:] = 0
        for i in range(r0 * I, min(r0 * I + r0, n0)):
            for j in range(r1 * J, min(r1 * J + r1, n1)):
                residual_row(whole, shape, X, F, i, j, even, odd)
        P = (I + J) & 1
        if r2 == 1:
            for m in range(M):  # assigned as a whole, numba would compile a message for unequal lengths: 2 seconds
                coarse[P, I, J, m] = even[m]
                coarse[1 - P, I, J, m] = odd[m]
        else:
            for m in range(M):
                even[m] += odd[m]
            half = M // 2
            for m in range(half):
                coarse[P, I, J, m] = even[2 * m]
                coarse[1 - P, I, J, m] = even[2 * m + 1]
            if M % 2 == 1:
                coarse[P, I, J, half] = even[M - 1]
                coarse[1 - P, I, J, half] = 0


def _label_plane(stencil: Any, x: Any, f: Any, I: int, target: Any, coarse: Any, even: Any, odd: Any) -> None:  # noqa: E741
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    whole, X, F = flat(stencil), x.reshape(-1), f.reshape(-1)
    for j in range(n1):
        even[:] = 0
        odd[:] = 0
        residual_row(whole, (n0, n1, M), X, F, I, j, even, odd)
        p = (I + j) & 1
        for m in range(M):
            label = target[p, I, j, m]
            if label >= 0:
                coarse[label] += even[m]
            label = target[1 - p, I, j, m]
            if label >= 0:
                coarse[label] += odd[m]


def restrict_plane(stencil: Any, x: Any, f: Any, I: int, target: Any, coarse: Any, even: Any, odd: Any) -> None:  # noqa: E741
    """Sum residuals into coarse plane I of a box (target = ratio), or those of plane I by label (target = labels)."""


@overload(restrict_plane, strict=False)
def _restrict_plane(stencil: Any, x: Any, f: Any, I: Any, target: Any, coarse: Any, even: Any, odd: Any) -> Any:  # noqa: E741
    return _label_plane if isinstance(target, types.Array) else _box_plane


def group(target: Any) -> int:
    """Fine planes that are restricted together."""
    raise AssertionError("compiled code only")


@overload(group, strict=False)
def _group(target: Any) -> Any:
    if isinstance(target, types.Array):
        return lambda target: 1
    return lambda target: target[0]


@compiled
def relax_restrict(
    task: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, f: Any, omega: Any, nu: int,
    zero: bool, target: Any, coarse: Any,
) -> None:
    """One task of a pass (one function, since each compiles all it calls anew).

    BOX: sweep after sweep, then the restriction, for boxes that fit into cache. SLAB: everything in planes
    lo..hi that does not depend on planes beyond a cut. CUT: what is left on both sides of plane lo.
    """
    n0, M = x.shape[1], x.shape[3]
    even, odd = np.empty(M, x.dtype), np.empty(M, x.dtype)
    steps, r0 = 2 * nu, group(target)
    if task == CUT:
        for t in range(1, steps):
            for i in range(lo - t, lo + t):
                relax_plane(stencil, x, f, i % n0, t & 1, omega)
        for i in range(lo - steps, lo + steps, r0):
            restrict_plane(stencil, x, f, (i % n0) // r0, target, coarse, even, odd)
        return
    # In a box the sweeps follow each other n0 planes apart, in a slab one plane apart.
    lag = n0 if task == BOX else 1
    for s in range(lo, hi + steps * lag):
        for t in range(steps):
            i = s - t * lag
            if lo + cut_lo * t <= i < hi - cut_hi * t:
                if zero and t == 0:
                    start_plane(stencil, x, f, i, omega)
                else:
                    relax_plane(stencil, x, f, i, t & 1, omega)
        i = s - steps * lag
        if lo + cut_lo * steps <= i < hi - cut_hi * steps and (i % r0 == r0 - 1 or i == n0 - 1):
            restrict_plane(stencil, x, f, i // r0, target, coarse, even, odd)
