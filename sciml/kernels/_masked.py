"""Parts of sweeps and products with one conductance an axis over a mask (`SplitMasked`), a plane or a row each.

Loops and layout are those of `stencil_sor`. Faces are not read, so that half of the memory traffic is saved: cells in
which nothing is active hold 0, and are left at 0 since their diagonal is.
"""

from typing import Any

import numpy as np

from sciml.kernels._numba import inner

__all__ = ["masked_product", "masked_relax", "masked_residual", "masked_start"]

ONE = np.uint64(1)


@inner
def masked_relax(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int, colour: int) -> None:
    """Relax the cells of one colour in plane i, omega being the bytes of one sweep."""
    c, wraps, e = stencil
    real = x.dtype.type
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    X, O, F = x[colour].reshape(-1), x[1 - colour].reshape(-1), f[colour].reshape(-1)  # noqa: E741
    W, E = omega[colour].reshape(-1), e[colour].reshape(-1)
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else c[0] * wraps[0]), (c[0] if i < n0 - 1 else c[0] * wraps[0])
    c2, around, six, width = c[2], c[2] * wraps[2], c[3], np.uint64(M)
    zero, one = real(0), real(1)
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else c[1] * wraps[1]), (c[1] if j < n1 - 1 else c[1] * wraps[1])
        o, below, above = np.uint64((i * n1 + j) * M), np.uint64((im * n1 + j) * M), np.uint64((ip * n1 + j) * M)
        left, right = np.uint64((i * n1 + jm) * M), np.uint64((i * n1 + jp) * M)
        q = (i + j + colour) & 1
        near = o - ONE + np.uint64(q)
        next_ = near + ONE
        end = o + width - ONE
        edge, inside, beyond = (end, end, o) if q == 1 else (o, o, end)
        kept = X[edge]
        for m in range(width):
            p = o + m
            d = E[p] + six
            g = (
                F[p] + a_m * O[below + m] + a_p * O[above + m] + b_m * O[left + m] + b_p * O[right + m]
                + c2 * (O[near + m] + O[next_ + m])
            )
            w = base + step * real(W[p])
            X[p] += (w if d > 0 else zero) * (g / (d if d > 0 else one) - X[p])
        at, d = edge - o, E[edge] + six
        g = F[edge] + a_m * O[below + at] + a_p * O[above + at] + b_m * O[left + at] + b_p * O[right + at]
        g += c2 * O[inside] + around * O[beyond]
        X[edge] = kept + ((base + step * real(W[edge])) * (g / d - kept) if d > 0 else zero)


@inner
def masked_start(stencil: Any, omega: Any, base: Any, step: Any, x: Any, f: Any, i: int) -> None:
    """The first (red) half sweep in plane i from x = 0, and 0 for the black cells."""
    real = x.dtype.type
    n1, M = x.shape[2], x.shape[3]
    e, six = stencil[2], stencil[0][3]
    X, F, W, E, B = (
        x[0].reshape(-1), f[0].reshape(-1), omega[0].reshape(-1), e[0].reshape(-1), x[1].reshape(-1),
    )
    o = np.uint64(i * n1 * M)
    for m in range(np.uint64(n1 * M)):
        d = E[o + m] + six
        X[o + m] = (base + step * real(W[o + m])) * F[o + m] / d if d > 0 else real(0)
    for m in range(np.uint64(n1 * M)):
        B[o + m] = 0


@inner
def _held(c: Any, a: Any, b: Any) -> Any:
    """What a cell with the values a and b on both sides holds instead of the faces to those that are 0.

    A closed face is one less in the excess, and its flux must be 0 to the last digit, not the difference of two
    large numbers.
    """
    none = c - c
    return (c if a == 0 else none) + (c if b == 0 else none)


@inner
def _flow(c: Any, x: Any, a: Any, b: Any) -> Any:
    """Through the faces to the values a and b, unless they are 0."""
    none = c - c
    return (c * (x - a) if a != 0 else none) + (c * (x - b) if b != 0 else none)


@inner
def _difference(stencil: Any, shape: Any, X: Any, i: int, j: int, half: int, out: Any) -> None:
    """Add A x in the cells of row (i, j) with even k, or with odd k in the other half."""
    c, wraps, e = stencil
    n0, n1, M = shape
    E, width = e.reshape(-1), np.uint64(M)
    real = out.dtype.type
    one, zero = real(1), real(0)
    u, v = (one if i > 0 else wraps[0]), (one if i < n0 - 1 else wraps[0])
    p1, p2 = (one if j > 0 else wraps[1]), (one if j < n1 - 1 else wraps[1])
    c0, c1, c2, six = c[0], c[1], c[2], c[3]
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
    p = (i + j + half) & 1  # their colour; the other one in the rows around this one
    o, O = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)  # noqa: E741
    below, above = np.uint64((((1 - p) * n0 + im) * n1 + j) * M), np.uint64((((1 - p) * n0 + ip) * n1 + j) * M)
    left, right = np.uint64((((1 - p) * n0 + i) * n1 + jm) * M), np.uint64((((1 - p) * n0 + i) * n1 + jp) * M)
    near = O - ONE + np.uint64(half)
    next_ = near + ONE
    end = O + width - ONE
    edge, inside, beyond = (width - ONE, end, O) if half else (np.uint64(0), O, end)
    sofar = out[edge]
    for m in range(width):
        x, a, b = X[o + m], u * X[below + m], v * X[above + m]
        s, t, y, z = p1 * X[left + m], p2 * X[right + m], X[near + m], X[next_ + m]
        held = E[o + m] + _held(c0, a, b) + _held(c1, s, t) + _held(c2, y, z)
        flow = held * x + _flow(c0, x, a, b) + _flow(c1, x, s, t) + _flow(c2, x, y, z)
        out[m] += flow if E[o + m] > -six else zero
    x, a, b = X[o + edge], u * X[below + edge], v * X[above + edge]
    s, t, y, z = p1 * X[left + edge], p2 * X[right + edge], X[inside], wraps[2] * X[beyond]
    held = E[o + edge] + _held(c0, a, b) + _held(c1, s, t) + _held(c2, y, z)
    flow = held * x + _flow(c0, x, a, b) + _flow(c1, x, s, t) + _flow(c2, x, y, z)
    out[edge] = sofar + (flow if E[o + edge] > -six else zero)


@inner
def masked_residual(stencil: Any, shape: Any, X: Any, F: Any, i: int, j: int, even: Any, odd: Any) -> None:
    """Write the residual of row (i, j) to `even` (cells with even k) and `odd`."""
    n0, n1, M = shape
    for half in range(2):
        row = odd if half else even
        p = (i + j + half) & 1
        o = np.uint64(((p * n0 + i) * n1 + j) * M)
        for m in range(np.uint64(M)):
            row[m] = 0
        _difference(stencil, shape, X, i, j, half, row)
        for m in range(np.uint64(M)):
            row[m] = F[o + m] - row[m]


@inner
def masked_product(stencil: Any, p: Any, q: Any, i: int, row: Any) -> float:
    """q = A p on plane i; returns p . q."""
    n0, n1, M = p.shape[1:]
    X, Q, total = p.reshape(-1), q.reshape(-1), 0.0
    for j in range(n1):
        for half in range(2):
            o = np.uint64(((((i + j + half) & 1) * n0 + i) * n1 + j) * M)
            for m in range(np.uint64(M)):
                row[m] = 0
            _difference(stencil, (n0, n1, M), X, i, j, half, row)
            part = p.dtype.type(0)
            for m in range(np.uint64(M)):
                Q[o + m] = row[m]
                part += row[m] * X[o + m]
            total += part
    return total
