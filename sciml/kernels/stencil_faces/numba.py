"""CPU version of the assembly: rows of the last axis, each face computed where it is needed.

Threads own slabs, so the face below a slab is computed twice instead of being exchanged; both
computations round alike, hence the diagonal is the sum of exactly the stored faces.
"""

from typing import Any

from sciml.kernels._numba import compiled_exact

__all__ = ["assemble"]


@compiled_exact
def mean(a: Any, b: Any) -> Any:
    """Harmonic mean, 0 when either is 0; the order of operations avoids under- and overflow of a b."""
    total = a + b
    return (a + a) * (b / total) if total > 0 else total


@compiled_exact
def face_row(factor: Any, weight: Any, a: Any, b: Any, out: Any) -> None:
    for k in range(len(out)):
        out[k] = factor * weight[k] * mean(a[k], b[k])


@compiled_exact
def add_face_row(factor: Any, weight: Any, a: Any, b: Any, out: Any) -> None:
    for k in range(len(out)):
        out[k] += factor * weight[k] * mean(a[k], b[k])


@compiled_exact
def along_row(factor: Any, last: Any, a: Any, out: Any, d: Any) -> None:
    n = len(out)
    for k in range(n - 1):
        out[k] = factor * mean(a[k], a[k + 1])
    out[n - 1] = last * mean(a[n - 1], a[0])
    d[0] += out[n - 1] + out[0]
    for k in range(1, n):
        d[k] += out[k - 1] + out[k]


@compiled_exact
def assemble(
    lo: int, hi: int, k0: Any, k1: Any, k2: Any, scale: Any, wrap: Any, m0: Any, m1: Any, m2: Any,
    c0: Any, c1: Any, c2: Any, d: Any,
) -> None:
    n0, n1, _ = k0.shape
    for i in range(lo, hi):
        im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
        a_m, a_p = (scale[0] if i > 0 else wrap[0]), (scale[0] if i < n0 - 1 else wrap[0])
        for j in range(n1):
            jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
            b_m, b_p = (scale[1] if j > 0 else wrap[1]), (scale[1] if j < n1 - 1 else wrap[1])
            row = d[i, j]
            face_row(a_p * m1[j], m2, k0[i, j], k0[ip, j], c0[i, j])
            face_row(b_p * m0[i], m2, k1[i, j], k1[i, jp], c1[i, j])
            face_row(a_m * m1[j], m2, k0[im, j], k0[i, j], row)
            add_face_row(b_m * m0[i], m2, k1[i, jm], k1[i, j], row)
            for k in range(len(row)):
                row[k] += c0[i, j, k] + c1[i, j, k]
            area = m0[i] * m1[j]
            along_row(scale[2] * area, wrap[2] * area, k2[i, j], c2[i, j], row)
