"""Red-black relaxation of one plane, for constant and variable stencils in colour-split storage.

Three things make the inner loops vectorise well (together 2.2 times faster at 128^3 than plain
indexing): rows with even and odd first cell get a loop each, so neighbour offsets are known at
compile time; indices are unsigned, so Numba does not check them for wrap-around; and every loop has the same
length, the whole row, reading one entry of the row before or after at an end (arrays come from
`split_zeros`, which keeps a guard around them). What it computes there is overwritten right after it.
"""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, overload_inner
from sciml.kernels._stencil import ConstantStencil

__all__ = ["relax_plane", "start_plane", "sweep_slab"]

ONE = np.uint64(1)


def _constant_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    c, wrap, d0, d1, d2 = stencil
    n0, n1, M, n2 = x.shape[1], x.shape[2], x.shape[3], len(d2)
    X, O, F = x[colour].reshape(-1), x[1 - colour].reshape(-1), f[colour].reshape(-1)  # noqa: E741
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    e, keep = c[2], x.dtype.type(1) - omega
    width = np.uint64(M)
    d = w = w_first = w_last = x.dtype.type(-1)
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
        if d != d0[i] + d1[j]:  # three values in a plane at most: divide once for each run of rows
            d = d0[i] + d1[j]
            w, w_first, w_last = omega / (d + d2[n2 // 2]), omega / (d + d2[0]), omega / (d + d2[n2 - 1])
        q = (i + j + colour) & 1  # own cells are k = 2 m + q
        o, below, above = np.uint64((i * n1 + j) * M), np.uint64((im * n1 + j) * M), np.uint64((ip * n1 + j) * M)
        left, right = np.uint64((i * n1 + jm) * M), np.uint64((i * n1 + jp) * M)
        near = o - ONE + np.uint64(q)  # cell k - 1 of own cell k, m = 0
        next_ = near + ONE
        end = o + np.uint64((n2 - 1 - q) // 2)  # last own cell
        x_first, x_last = X[o], X[end]
        for m in range(width):
            p = o + m
            X[p] = keep * X[p] + w * (
                F[p] + a_m * O[below + m] + a_p * O[above + m] + b_m * O[left + m] + b_p * O[right + m]
                + e * (O[near + m] + O[next_ + m])
            )
        if q == 0:
            g = F[o] + a_m * O[below] + a_p * O[above] + b_m * O[left] + b_p * O[right]
            X[o] = keep * x_first + w_first * (g + wrap[2] * O[o + np.uint64((n2 - 1) // 2)] + e * O[o])
        elif n2 % 2 == 1:
            X[o + width - ONE] = 0  # padding
        if (n2 - 1) % 2 == q and n2 > 1:  # the last own cell is k = n2 - 1
            m = end - o
            g = F[end] + a_m * O[below + m] + a_p * O[above + m] + b_m * O[left + m] + b_p * O[right + m]
            inner = O[end] if q == 1 else O[end - ONE]
            X[end] = keep * x_last + w_last * (g + e * inner + wrap[2] * O[o])


def _variable_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    X, O, F = x[colour].reshape(-1), x[1 - colour].reshape(-1), f[colour].reshape(-1)  # noqa: E741
    U0, U1, U2, D = (  # faces above own cells
        stencil[0][colour].reshape(-1), stencil[1][colour].reshape(-1), stencil[2][colour].reshape(-1),
        stencil[3][colour].reshape(-1),
    )
    L0, L1, L2 = (  # faces above the neighbours, below own cells
        stencil[0][1 - colour].reshape(-1), stencil[1][1 - colour].reshape(-1), stencil[2][1 - colour].reshape(-1),
    )
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    keep = x.dtype.type(1) - omega
    width = np.uint64(M)
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        o, below, above = np.uint64((i * n1 + j) * M), np.uint64((im * n1 + j) * M), np.uint64((ip * n1 + j) * M)
        left, right = np.uint64((i * n1 + jm) * M), np.uint64((i * n1 + jp) * M)
        # Own cells are k = 2 m + q; cell k - 1 sits at m - 1 + q and cell k + 1 at m + q of the other colour.
        q = (i + j + colour) & 1
        near = o - ONE + np.uint64(q)
        next_ = near + ONE
        end = o + width - ONE
        edge = end if q == 1 else o  # own cell at an end of the row, whose neighbour wraps around
        kept = keep * X[edge]
        for m in range(width):
            p, a, b, t = o + m, below + m, left + m, near + m
            X[p] = keep * X[p] + omega / D[p] * (
                F[p] + L0[a] * O[a] + U0[p] * O[above + m] + L1[b] * O[b] + U1[p] * O[right + m]
                + L2[t] * O[t] + U2[p] * O[next_ + m]
            )
        m = edge - o
        a, b = below + m, left + m
        g = F[edge] + L0[a] * O[a] + U0[edge] * O[above + m] + L1[b] * O[b] + U1[edge] * O[right + m]
        X[edge] = kept + omega / D[edge] * (g + L2[end] * O[end] + U2[edge] * O[o])


def relax_plane(stencil: Any, x: Any, f: Any, i: int, colour: int, omega: Any) -> None:
    """Relax the cells of one colour in plane i; resolved at compile time by the stencil's type."""


@overload_inner(relax_plane)
def _relax_plane(stencil: Any, x: Any, f: Any, i: Any, colour: Any, omega: Any) -> Any:
    return _constant_plane if stencil.instance_class is ConstantStencil else _variable_plane


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


def _variable_start(stencil: Any, x: Any, f: Any, i: int, omega: Any) -> None:
    d = stencil[3]
    x[1, i] = 0
    for j in range(x.shape[2]):
        for m in range(x.shape[3]):
            x[0, i, j, m] = omega * f[0, i, j, m] / d[0, i, j, m]


def start_plane(stencil: Any, x: Any, f: Any, i: int, omega: Any) -> None:
    """The first (red) half sweep in plane i from x = 0, and 0 for the black cells."""


@overload_inner(start_plane)
def _start_plane(stencil: Any, x: Any, f: Any, i: Any, omega: Any) -> Any:
    return _constant_start if stencil.instance_class is ConstantStencil else _variable_start


@compiled
def sweep_slab(lo: int, hi: int, stencil: Any, x: Any, f: Any, omega: Any, colour: int) -> None:
    """One half sweep over planes lo..hi."""
    for i in range(lo, hi):
        relax_plane(stencil, x, f, i, colour, omega)
