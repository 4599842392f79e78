"""CPU version of the 7-point Galerkin operator: children's faces added row by row."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["close_slab", "coarsen_slab"]


@compiled
def coarsen_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, ratio: Any, C0: Any, C1: Any, C2: Any, S: Any
) -> None:
    """Faces of the coarse planes lo..hi, and in S what their diagonal holds beyond the faces."""
    n0, n1, n2 = d.shape
    r0, r1, r2 = ratio
    w0, w1, w2 = 1.0 / r0, 1.0 / r1, 1.0 / r2
    half = 0.5 if r0 * r1 * r2 > 1 else 1.0
    for I in range(lo, hi):  # noqa: E741
        C0[I] = 0
        C1[I] = 0
        C2[I] = 0
        S[I] = 0
        i_end = min(r0 * I + r0, n0)
        for i in range(r0 * I, i_end):
            im = i - 1 if i > 0 else n0 - 1
            for J in range(C0.shape[1]):
                j_end = min(r1 * J + r1, n1)
                for j in range(r1 * J, j_end):
                    jm = j - 1 if j > 0 else n1 - 1
                    if i == i_end - 1:
                        for k in range(n2):
                            C0[I, J, k // r2] += w0 * c0[i, j, k]
                    if j == j_end - 1:
                        for k in range(n2):
                            C1[I, J, k // r2] += w1 * c1[i, j, k]
                    for K in range(C0.shape[2]):
                        C2[I, J, K] += w2 * c2[i, j, min(r2 * K + r2, n2) - 1]
                    below = c2[i, j, n2 - 1]
                    for k in range(n2):
                        total = d[i, j, k]
                        s = (
                            total - c0[im, j, k] - c0[i, j, k] - c1[i, jm, k] - c1[i, j, k] - below - c2[i, j, k]
                        )
                        below = c2[i, j, k]
                        if s > 1e-13 * total:  # smaller values are rounding: nothing holds this cell
                            S[I, J, k // r2] += half * s


@compiled
def close_slab(lo: int, hi: int, C0: Any, C1: Any, C2: Any, S: Any) -> None:
    """Turn S into the diagonal by adding the six faces."""
    n0, n1, n2 = S.shape
    for i in range(lo, hi):
        im = i - 1 if i > 0 else n0 - 1
        for j in range(n1):
            jm = j - 1 if j > 0 else n1 - 1
            for k in range(n2):
                km = k - 1 if k > 0 else n2 - 1
                S[i, j, k] += C0[im, j, k] + C0[i, j, k] + C1[i, jm, k] + C1[i, j, k] + C2[i, j, km] + C2[i, j, k]
