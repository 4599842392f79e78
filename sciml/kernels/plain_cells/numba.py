"""CPU version: faces of one sign of rounding away from their share count as equal to it."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["plain_slab"]

ONE = np.uint64(1)


@compiled
def plain_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, volume: Any, s0: float, s1: float, s2: float, plain: Any
) -> None:
    n0, n1, n2 = d.shape
    C0, C1, C2, D, V, out = (
        c0.reshape(-1), c1.reshape(-1), c2.reshape(-1), d.reshape(-1), volume.reshape(-1), plain.reshape(-1),
    )
    for i in range(lo, hi):
        im = i - 1 if i > 0 else n0 - 1
        for j in range(n1):
            jm = j - 1 if j > 0 else n1 - 1
            p, a, b = np.uint64((i * n1 + j) * n2), np.uint64((im * n1 + j) * n2), np.uint64((i * n1 + jm) * n2)
            for k in range(np.uint64(n2)):
                here = D[p + k]
                f0, f1, f2, most = s0 * here, s1 * here, s2 * here, 1e-12 * here
                worst = max(max(abs(C0[a + k] - f0), abs(C0[p + k] - f0)), abs(C2[p + k] - f2))
                worst = max(worst, max(abs(C1[b + k] - f1), abs(C1[p + k] - f1)))
                out[p + k] = 1 if here > 0 and worst <= most else 0
            if abs(C2[p + np.uint64(n2 - 1)] - s2 * D[p]) > 1e-12 * D[p]:
                out[p] = 0
            for k in range(np.uint64(n2 - 1)):  # the face below is that above the cell before
                here = D[p + k + ONE]
                if abs(C2[p + k] - s2 * here) > 1e-12 * here:
                    out[p + k + ONE] = 0
            if len(V) > 0:
                for k in range(np.uint64(n2)):
                    out[p + k] = out[p + k] if V[p + k] == 1 else 0
