"""CPU version of the stencil product: one pass, rows of the last axis vectorised."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["apply_constant", "apply_variable"]


@compiled
def apply_constant(lo: int, hi: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any, u: Any, out: Any) -> None:
    n0, n1, n2 = u.shape
    c2 = c[2]
    for i in range(lo, hi):
        im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
        a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
        for j in range(n1):
            jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
            b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
            d = d0[i] + d1[j]
            for k in range(1, n2 - 1):
                out[i, j, k] = (
                    (d + d2[k]) * u[i, j, k]
                    - c2 * (u[i, j, k - 1] + u[i, j, k + 1])
                    - a_m * u[im, j, k] - a_p * u[ip, j, k]
                    - b_m * u[i, jm, k] - b_p * u[i, jp, k]
                )
            for k in (0, n2 - 1):
                km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
                e_m, e_p = (c2 if k > 0 else wrap[2]), (c2 if k < n2 - 1 else wrap[2])
                out[i, j, k] = (
                    (d + d2[k]) * u[i, j, k]
                    - e_m * u[i, j, km] - e_p * u[i, j, kp]
                    - a_m * u[im, j, k] - a_p * u[ip, j, k]
                    - b_m * u[i, jm, k] - b_p * u[i, jp, k]
                )


@compiled
def apply_variable(lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, u: Any, out: Any) -> None:
    n0, n1, n2 = u.shape
    for i in range(lo, hi):
        im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
        for j in range(n1):
            jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
            for k in range(1, n2 - 1):
                out[i, j, k] = (
                    d[i, j, k] * u[i, j, k]
                    - c2[i, j, k - 1] * u[i, j, k - 1] - c2[i, j, k] * u[i, j, k + 1]
                    - c0[im, j, k] * u[im, j, k] - c0[i, j, k] * u[ip, j, k]
                    - c1[i, jm, k] * u[i, jm, k] - c1[i, j, k] * u[i, jp, k]
                )
            for k in (0, n2 - 1):
                km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
                out[i, j, k] = (
                    d[i, j, k] * u[i, j, k]
                    - c2[i, j, km] * u[i, j, km] - c2[i, j, k] * u[i, j, kp]
                    - c0[im, j, k] * u[im, j, k] - c0[i, j, k] * u[ip, j, k]
                    - c1[i, jm, k] * u[i, jm, k] - c1[i, j, k] * u[i, jp, k]
                )
