"""Red-black relaxation of one plane, for constant and variable stencils in colour-split storage.

Rows with even and odd first cell get a loop each: a neighbour offset known at compile time is
what lets the compiler vectorise them (2.7 times faster here than a variable offset).
"""

from typing import Any

from numba.extending import overload

from sciml.kernels._numba import compiled
from sciml.kernels._stencil import ConstantStencil

__all__ = ["relax_plane", "start_plane", "sweep_slab"]


@compiled
def _constant_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    c, wrap, d0, d1, d2 = stencil
    X, O, F = x[colour], x[1 - colour], f[colour]  # noqa: E741
    n0, n1, _ = X.shape
    n2 = len(d2)
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    e, keep = c[2], x.dtype.type(1) - omega
    d = w = w_first = w_last = x.dtype.type(-1)
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
        if d != d0[i] + d1[j]:  # three values in a plane at most: divide once for each run of rows
            d = d0[i] + d1[j]
            w, w_first, w_last = omega / (d + d2[n2 // 2]), omega / (d + d2[0]), omega / (d + d2[n2 - 1])
        q = (i + j + colour) & 1  # own cells are k = 2 m + q
        count = (n2 - q + 1) // 2
        if count == 0:
            continue
        end = count - 1
        old_first, old_last = X[i, j, 0], X[i, j, end]
        if q == 0:
            for m in range(1, count):
                X[i, j, m] = keep * X[i, j, m] + w * (
                    F[i, j, m] + a_m * O[im, j, m] + a_p * O[ip, j, m] + b_m * O[i, jm, m] + b_p * O[i, jp, m]
                    + e * (O[i, j, m - 1] + O[i, j, m])
                )
        else:
            for m in range(count - 1):
                X[i, j, m] = keep * X[i, j, m] + w * (
                    F[i, j, m] + a_m * O[im, j, m] + a_p * O[ip, j, m] + b_m * O[i, jm, m] + b_p * O[i, jp, m]
                    + e * (O[i, j, m] + O[i, j, m + 1])
                )
        if q == 0:  # k = 0: its lower neighbour is the wrapped one
            side = wrap[2] * O[i, j, (n2 - 1) // 2] + e * O[i, j, 0]
            g = F[i, j, 0] + a_m * O[im, j, 0] + a_p * O[ip, j, 0] + b_m * O[i, jm, 0] + b_p * O[i, jp, 0] + side
            X[i, j, 0] = keep * old_first + w_first * g
        if 2 * end + q == n2 - 1 and n2 > 1:  # k = n2 - 1: its upper neighbour is the wrapped one
            side = wrap[2] * O[i, j, 0] + e * (O[i, j, end - 1] if q == 0 else O[i, j, end])
            g = F[i, j, end] + a_m * O[im, j, end] + a_p * O[ip, j, end] + b_m * O[i, jm, end] + b_p * O[i, jp, end]
            X[i, j, end] = keep * old_last + w_last * (g + side)
        elif q == 1:  # the loop left out the last cell, which is an inner one when n2 is odd
            g = F[i, j, end] + a_m * O[im, j, end] + a_p * O[ip, j, end] + b_m * O[i, jm, end] + b_p * O[i, jp, end]
            X[i, j, end] = keep * old_last + w * (g + e * (O[i, j, end] + O[i, j, end + 1]))


@compiled
def _variable_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    c0, c1, c2, d = stencil
    X, O, F, D = x[colour], x[1 - colour], f[colour], d[colour]  # noqa: E741
    U0, U1, U2 = c0[colour], c1[colour], c2[colour]  # faces above own cells
    L0, L1, L2 = c0[1 - colour], c1[1 - colour], c2[1 - colour]  # faces above neighbours, below own cells
    n0, n1, M = X.shape
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    keep = x.dtype.type(1) - omega
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        q = (i + j + colour) & 1
        end = M - 1
        old_first, old_last = X[i, j, 0], X[i, j, end]
        if q == 0:
            for m in range(1, M):
                X[i, j, m] = keep * X[i, j, m] + omega / D[i, j, m] * (
                    F[i, j, m] + L0[im, j, m] * O[im, j, m] + U0[i, j, m] * O[ip, j, m]
                    + L1[i, jm, m] * O[i, jm, m] + U1[i, j, m] * O[i, jp, m]
                    + L2[i, j, m - 1] * O[i, j, m - 1] + U2[i, j, m] * O[i, j, m]
                )
            g = (
                F[i, j, 0] + L0[im, j, 0] * O[im, j, 0] + U0[i, j, 0] * O[ip, j, 0]
                + L1[i, jm, 0] * O[i, jm, 0] + U1[i, j, 0] * O[i, jp, 0]
                + L2[i, j, end] * O[i, j, end] + U2[i, j, 0] * O[i, j, 0]
            )
            X[i, j, 0] = keep * old_first + omega * g / D[i, j, 0]
        else:
            for m in range(M - 1):
                X[i, j, m] = keep * X[i, j, m] + omega / D[i, j, m] * (
                    F[i, j, m] + L0[im, j, m] * O[im, j, m] + U0[i, j, m] * O[ip, j, m]
                    + L1[i, jm, m] * O[i, jm, m] + U1[i, j, m] * O[i, jp, m]
                    + L2[i, j, m] * O[i, j, m] + U2[i, j, m] * O[i, j, m + 1]
                )
            g = (
                F[i, j, end] + L0[im, j, end] * O[im, j, end] + U0[i, j, end] * O[ip, j, end]
                + L1[i, jm, end] * O[i, jm, end] + U1[i, j, end] * O[i, jp, end]
                + L2[i, j, end] * O[i, j, end] + U2[i, j, end] * O[i, j, 0]
            )
            X[i, j, end] = keep * old_last + omega * g / D[i, j, end]


def relax_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    """Relax the cells of one colour in plane i; resolved at compile time by the stencil's type."""


@overload(relax_plane, strict=False)
def _relax_plane(stencil: Any, x: Any, f: Any, i: Any, colour: Any, omega: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil, x, f, i, colour, omega: _constant_plane(stencil, x, f, i, colour, omega)
    return lambda stencil, x, f, i, colour, omega: _variable_plane(stencil, x, f, i, colour, omega)


@compiled
def _constant_start(stencil: Any, x: Any, f: Any, i: int, omega: Any) -> None:
    _, _, d0, d1, d2 = stencil
    n1, M = x.shape[2], x.shape[3]
    n2 = len(d2)
    x[1, i] = 0
    for j in range(n1):
        d = d0[i] + d1[j]
        q = (i + j) & 1
        w = omega / (d + d2[n2 // 2])
        for m in range(M):
            x[0, i, j, m] = w * f[0, i, j, m]
        if q == 0:
            x[0, i, j, 0] = omega / (d + d2[0]) * f[0, i, j, 0]
        if (n2 - 1) % 2 == q:
            x[0, i, j, M - 1] = omega / (d + d2[n2 - 1]) * f[0, i, j, M - 1]


@compiled
def _variable_start(stencil: Any, x: Any, f: Any, i: int, omega: Any) -> None:
    d = stencil[3]
    x[1, i] = 0
    for j in range(x.shape[2]):
        for m in range(x.shape[3]):
            x[0, i, j, m] = omega * f[0, i, j, m] / d[0, i, j, m]


def start_plane(stencil: Any, x: Any, f: Any, i: int, omega: Any) -> None:
    """The first (red) half sweep in plane i from x = 0, and 0 for the black cells."""


@overload(start_plane, strict=False)
def _start_plane(stencil: Any, x: Any, f: Any, i: Any, omega: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil, x, f, i, omega: _constant_start(stencil, x, f, i, omega)
    return lambda stencil, x, f, i, omega: _variable_start(stencil, x, f, i, omega)


@compiled
def sweep_slab(lo: int, hi: int, stencil: Any, x: Any, f: Any, omega: Any, colour: int) -> None:
    """One half sweep over planes lo..hi."""
    for i in range(lo, hi):
        relax_plane(stencil, x, f, i, colour, omega)
