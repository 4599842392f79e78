"""The pipelined pass up: the correction leads, half sweeps follow a plane apart, as in `prolong_sor`."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner
from sciml.kernels.weighted_restrict.numba import SHARE, weighted_plane

__all__ = ["prolong_relax"]


@inner
def _prolong_plane(scale: Any, x: Any, i: int, n2: int, ratio: Any, box: Any, even: Any, odd: Any) -> None:
    real = x.dtype.type
    X, P, share = x.reshape(-1), scale.reshape(-1), real(SHARE)
    n0, n1, M = x.shape[1], x.shape[2], x.shape[3]
    r0, r1, r2 = ratio
    N0, N1, width = (n0 + r0 - 1) // r0, (n1 + r1 - 1) // r1, ((M + 1) // 2 if r2 == 2 else M)
    for j in range(n1):
        p, P_ = (i + j) & 1, (i // r0 + j // r1) & 1
        E, D = np.uint64(((p * n0 + i) * n1 + j) * M), np.uint64((((1 - p) * n0 + i) * n1 + j) * M)
        A = np.uint64(((P_ * N0 + i // r0) * N1 + j // r1) * width)
        B = np.uint64((((1 - P_) * N0 + i // r0) * N1 + j // r1) * width)
        for m in range(np.uint64(width)):  # coarse cell m has the colour of its parity, as have fine rows
            if r2 == 1:
                even[m], odd[m] = box[A + m], box[B + m]
            else:
                even[2 * m], even[2 * m + 1] = box[A + m], box[B + m]
        if r2 == 2:
            for m in range(np.uint64(M)):
                odd[m] = even[m]
        for m in range(np.uint64(M)):
            X[E + m] += (real(1) + share * real(P[E + m])) * even[m]
        for m in range(np.uint64(n2 // 2)):
            X[D + m] += (real(1) + share * real(P[D + m])) * odd[m]


@compiled
def prolong_relax(
    begin: int, end: int, lag: int, lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, omega: Any, scale: Any,
    base: Any, step: Any, x: Any, f: Any, n2: int, ratio: Any, box: Any,
) -> None:
    """One task of a pass (see `wave_tasks`): the correction leads."""
    n0, M = x.shape[1], x.shape[3]
    even, odd = np.empty(2 * M + 2, x.dtype), np.empty(M, x.dtype)
    steps = 2 * len(omega)
    for s in range(begin, end + steps * lag):
        for t in range(steps + 1):
            i = s - t * lag
            if i < lo + cut_lo * t or i >= hi - cut_hi * t:
                continue
            if i < 0:
                i += n0
            if t == 0:
                _prolong_plane(scale, x, i, n2, ratio, box, even, odd)
            else:
                weighted_plane(stencil, omega[(steps - t) // 2], base, step, x, f, i, t & 1)
