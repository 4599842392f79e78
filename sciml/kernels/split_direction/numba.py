"""CPU version: plane i + 1 of p is renewed just before A reads it from cache."""

from typing import Any

import numpy as np

from sciml.kernels._colour import SplitMasked
from sciml.kernels._masked import masked_product
from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels.correct_residual.numba import add_plane

__all__ = ["direction"]

ONE = np.uint64(1)


@inner
def _renew_plane(beta: Any, z: Any, p: Any, i: int) -> None:
    for colour in range(2):
        for j in range(p.shape[2]):
            for m in range(p.shape[3]):
                p[colour, i, j, m] = z[colour, i, j, m] + beta * p[colour, i, j, m]


def product_plane(stencil: Any, p: Any, q: Any, i: int, row: Any) -> float:
    """q = A p on plane i; returns p . q. `row` is a work array."""
    raise NotImplementedError  # resolved at compile time by the stencil's type


@overload_inner(product_plane)
def _product_plane(stencil: Any, p: Any, q: Any, i: Any, row: Any) -> Any:
    if stencil.instance_class is SplitMasked:
        return lambda stencil, p, q, i, row: masked_product(stencil, p, q, i, row)
    return lambda stencil, p, q, i, row: _variable_product(stencil, p, q, i)


@inner
def _variable_product(stencil: Any, p: Any, q: Any, i: int) -> float:
    """Loops as in the sweeps (`stencil_sor`)."""
    c0, c1, c2, _, s = stencil
    n0, n1, M = p.shape[1:]
    im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
    width = np.uint64(M)
    total = 0.0
    for colour in range(2):
        X, O, Q = p[colour].reshape(-1), p[1 - colour].reshape(-1), q[colour].reshape(-1)  # noqa: E741
        U0, U1, U2 = c0[colour].reshape(-1), c1[colour].reshape(-1), c2[colour].reshape(-1)
        L0, L1, L2 = c0[1 - colour].reshape(-1), c1[1 - colour].reshape(-1), c2[1 - colour].reshape(-1)
        S = s[colour].reshape(-1)
        for j in range(n1):
            jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
            o, below, above = np.uint64((i * n1 + j) * M), np.uint64((im * n1 + j) * M), np.uint64((ip * n1 + j) * M)
            left, right = np.uint64((i * n1 + jm) * M), np.uint64((i * n1 + jp) * M)
            for m in range(width):
                x = X[o + m]
                Q[o + m] = (
                    S[o + m] * x + L0[below + m] * (x - O[below + m]) + U0[o + m] * (x - O[above + m])
                    + L1[left + m] * (x - O[left + m]) + U1[o + m] * (x - O[right + m])
                )
            end = o + width - ONE
            if (i + j + colour) & 1 == 0:  # cells with even k
                first = Q[o]
                for m in range(width):
                    x = X[o + m]
                    Q[o + m] += L2[o + m - ONE] * (x - O[o + m - ONE]) + U2[o + m] * (x - O[o + m])
                Q[o] = first + L2[end] * (X[o] - O[end]) + U2[o] * (X[o] - O[o])
            else:
                last = Q[end]
                for m in range(width):
                    x = X[o + m]
                    Q[o + m] += L2[o + m] * (x - O[o + m]) + U2[o + m] * (x - O[o + m + ONE])
                Q[end] = last + L2[end] * (X[end] - O[end]) + U2[end] * (X[end] - O[o])
            row = p.dtype.type(0)  # long sums in float64, those of a row in the precision of the cycles
            for m in range(width):
                row += Q[o + m] * X[o + m]
            total += row
    return total


@compiled
def direction(
    renew: bool, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, step: Any, beta: Any, z: Any, p: Any,
    q: Any, u: Any, partial: Any,
) -> None:
    """Renew planes lo..hi where asked to; multiply those that need no plane beyond a cut."""
    row = np.empty(p.shape[3], p.dtype)
    for m in range(lo, hi + 1):
        if renew and m < hi:
            if step != 0:
                add_plane(p, m, step, u)
            _renew_plane(beta, z, p, m)
        i = m - 1
        if lo + cut_lo <= i < hi - cut_hi:
            i %= p.shape[1]
            partial[i] = product_plane(stencil, p, q, i, row)
