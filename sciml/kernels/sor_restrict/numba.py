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

from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels._stencil import ConstantStencil
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
    width = np.uint64(M)
    for half in range(2):  # cells with even k, then those with odd k
        row = odd if half else even
        p = (i + j + half) & 1  # their colour; the other one in the rows around this one
        o, O = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)  # noqa: E741
        below, above = np.uint64((((1 - p) * n0 + im) * n1 + j) * M), np.uint64((((1 - p) * n0 + ip) * n1 + j) * M)
        left, right = np.uint64((((1 - p) * n0 + i) * n1 + jm) * M), np.uint64((((1 - p) * n0 + i) * n1 + jp) * M)
        near = O - ONE + np.uint64(half)  # cell k - 1 of cell k, m = 0
        next_ = near + ONE
        for m in range(width):
            q, b = o + m, below + m
            x = X[q]
            row[m] += F[q] - s[q] * x + c0[b] * (X[b] - x) + c0[q] * (X[above + m] - x)
        for m in range(width):
            q, b = o + m, left + m
            x = X[q]
            row[m] += c1[b] * (X[b] - x) + c1[q] * (X[right + m] - x)
        edge = width - ONE if half else np.uint64(0)  # at an end of the row, where the neighbour wraps around
        end, sofar = O + width - ONE, row[edge]
        for m in range(width):
            q, b = o + m, near + m
            x = X[q]
            row[m] += c2[b] * (X[b] - x) + c2[q] * (X[next_ + m] - x)
        q = o + edge
        row[edge] = sofar + c2[end] * (X[end] - X[q]) + c2[q] * (X[O] - X[q])


def residual_row(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    """Add the residual of row (i, j) to `even` (cells with even k) and `odd`.

    Takes flat arrays, made once a plane: reshaping costs more than a row.
    """


@overload_inner(residual_row)
def _residual_row(stencil: Any, shape: Any, X: Any, F: Any, i: Any, j: Any, even: Any, odd: Any) -> Any:
    constant = getattr(stencil, "instance_class", None) is ConstantStencil
    return _constant_row if constant else _variable_row


def flat(stencil: Any) -> Any:
    """Face arrays and surplus without their shape; a constant stencil as it is."""


@overload_inner(flat)
def _flat(stencil: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil: stencil
    return lambda stencil: (
        stencil[0].reshape(-1), stencil[1].reshape(-1), stencil[2].reshape(-1), stencil[4].reshape(-1)
    )


@inner
def restrict_plane(
    stencil: Any, x: Any, f: Any, I: int, ratio: Any, labels: Any, box: Any, sums: Any,  # noqa: E741
    even: Any, odd: Any,
) -> None:
    """Sum the residuals of the fine planes of coarse plane I; with labels (else empty) ratio is (1, 1, 0)."""
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    r0, r1, r2 = ratio
    N0, N1, width = (n0 + r0 - 1) // r0, (n1 + r1 - 1) // r1, ((M + 1) // 2 if r2 == 2 else M)
    whole, X, F = flat(stencil), x.reshape(-1), f.reshape(-1)
    shape = (n0, n1, M)
    for J in range(N1):
        for m in range(M):
            even[m] = 0
            odd[m] = 0
        for i in range(r0 * I, min(r0 * I + r0, n0)):
            for j in range(r1 * J, min(r1 * J + r1, n1)):
                residual_row(whole, shape, X, F, i, j, even, odd)
        P = (I + J) & 1
        E, D = ((P * N0 + I) * N1 + J) * width, (((1 - P) * N0 + I) * N1 + J) * width
        if r2 == 0:
            for m in range(M):
                label = labels[E + m]
                if label >= 0:
                    sums[label] += even[m]
                label = labels[D + m]
                if label >= 0:
                    sums[label] += odd[m]
        elif r2 == 1:
            for m in range(M):
                box[E + m] = even[m]
                box[D + m] = odd[m]
        else:
            for m in range(M):
                even[m] += odd[m]
            half = M // 2
            for m in range(half):
                box[E + m] = even[2 * m]
                box[D + m] = even[2 * m + 1]
            if M % 2 == 1:
                box[E + half] = even[M - 1]
                box[D + half] = 0


@compiled
def relax_restrict(
    first: int, last: int, lag: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, f: Any,
    omega: Any, nu: int, zero: bool, ratio: Any, labels: Any, box: Any, sums: Any,
) -> None:
    """One task of a pass: half sweep t is at plane s - t lag, within lo + cut_lo t and hi - cut_hi t.

    The restriction follows as if it were one more half sweep. One function with one call of each part, since every
    caller compiles all it calls anew.
    """
    n0, M = x.shape[1], x.shape[3]
    even, odd = np.empty(M, x.dtype), np.empty(M, x.dtype)
    steps, r0 = 2 * nu, ratio[0]
    for s in range(first, last + steps * lag):
        for t in range(steps + 1):
            i = s - t * lag
            if i < lo + cut_lo * t or i >= hi - cut_hi * t:
                continue
            if i < 0:
                i += n0
            if t == steps:
                if i % r0 == r0 - 1 or i == n0 - 1:
                    restrict_plane(stencil, x, f, i // r0, ratio, labels, box, sums, even, odd)
            elif zero and t == 0:
                start_plane(stencil, x, f, i, omega)
            else:
                relax_plane(stencil, x, f, i, t & 1, omega)
