"""CPU version: plane i + 1 of p is renewed just before A reads it from cache."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner
from sciml.kernels.correct_residual.numba import add_plane
from sciml.kernels.sor_restrict.numba import flat, residual_row

__all__ = ["direction"]


@inner
def _renew_plane(beta: Any, z: Any, p: Any, i: int) -> None:
    for colour in range(2):
        for j in range(p.shape[2]):
            for m in range(p.shape[3]):
                p[colour, i, j, m] = z[colour, i, j, m] + beta * p[colour, i, j, m]


@inner
def _product_plane(stencil: Any, r: Any, p: Any, q: Any, i: int, even: Any, odd: Any) -> float:
    """A p as r - (r - A p), in terms of the residual that cycles compute; r and A p are of one size."""
    shape = p.shape[1:]
    whole, P, R = flat(stencil), p.reshape(-1), r.reshape(-1)
    total = 0.0
    for j in range(p.shape[2]):
        even[:] = 0
        odd[:] = 0
        residual_row(whole, shape, P, R, i, j, even, odd)
        c = (i + j) & 1
        row = even.dtype.type(0)  # long sums in float64, those of a row in the precision of the cycles
        for m in range(p.shape[3]):
            value = r[c, i, j, m] - even[m]
            q[c, i, j, m] = value
            row += value * p[c, i, j, m]
        for m in range(p.shape[3]):
            value = r[1 - c, i, j, m] - odd[m]
            q[1 - c, i, j, m] = value
            row += value * p[1 - c, i, j, m]
        total += row
    return total


@compiled
def direction(
    renew: bool, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, step: Any, beta: Any, z: Any, r: Any,
    p: Any, q: Any, u: Any, partial: Any,
) -> None:
    """Renew planes lo..hi where asked to; multiply those that need no plane beyond a cut."""
    n0, M = p.shape[1], p.shape[3]
    even, odd = np.empty(M, p.dtype), np.empty(M, p.dtype)
    for s in range(lo, hi + 1):
        if renew and s < hi:
            if step != 0:
                add_plane(p, s, step, u)
            _renew_plane(beta, z, p, s)
        i = s - 1
        if lo + cut_lo <= i < hi - cut_hi:
            i %= n0
            partial[i] = _product_plane(stencil, r, p, q, i, even, odd)
