"""CPU version of the assembly: rows of the last axis, each face computed where it is needed.

Threads own slabs, so the face below a slab is computed twice instead of being exchanged; both
computations round alike, hence the diagonal is the sum of exactly the stored faces.
"""

from typing import Any

from sciml.kernels._numba import compiled_exact, inner_exact

__all__ = ["assemble"]


@inner_exact
def mean(a: Any, b: Any) -> Any:
    """Harmonic mean, 0 when either is 0; the order of operations avoids under- and overflow of a b."""
    total = a + b
    return (a + a) * (b / total) if total > 0 else total


@compiled_exact
def assemble(
    lo: int, hi: int, k0: Any, k1: Any, k2: Any, scale: Any, wrap: Any, m0: Any, m1: Any, m2: Any,
    c0: Any, c1: Any, c2: Any, d: Any,
) -> None:
    n0, n1, n2 = k0.shape
    for i in range(lo, hi):
        im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
        a_m, a_p = (scale[0] if i > 0 else wrap[0]), (scale[0] if i < n0 - 1 else wrap[0])
        for j in range(n1):
            jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
            b_m, b_p = (scale[1] if j > 0 else wrap[1]), (scale[1] if j < n1 - 1 else wrap[1])
            a_m1, a_p1, b_m0, b_p0 = a_m * m1[j], a_p * m1[j], b_m * m0[i], b_p * m0[i]
            for k in range(n2):
                c0[i, j, k] = a_p1 * m2[k] * mean(k0[i, j, k], k0[ip, j, k])
            for k in range(n2):
                c1[i, j, k] = b_p0 * m2[k] * mean(k1[i, j, k], k1[i, jp, k])
            for k in range(n2):
                under = a_m1 * m2[k] * mean(k0[im, j, k], k0[i, j, k]) + b_m0 * m2[k] * mean(k1[i, jm, k], k1[i, j, k])
                d[i, j, k] = under + (c0[i, j, k] + c1[i, j, k])
            area = m0[i] * m1[j]
            factor, last = scale[2] * area, wrap[2] * area
            for k in range(n2 - 1):
                c2[i, j, k] = factor * mean(k2[i, j, k], k2[i, j, k + 1])
            end = n2 - 1
            c2[i, j, end] = last * mean(k2[i, j, end], k2[i, j, 0])
            d[i, j, 0] += c2[i, j, end] + c2[i, j, 0]
            for k in range(1, n2):
                d[i, j, k] += c2[i, j, k - 1] + c2[i, j, k]
