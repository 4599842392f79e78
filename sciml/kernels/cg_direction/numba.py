"""CPU version of the direction step: plane i + 1 of p is renewed just before A reads it from cache."""

from typing import Any

from sciml.kernels._numba import compiled, inner

__all__ = ["direction_constant", "direction_variable"]


@inner
def renew(alpha: Any, beta: Any, z: Any, p: Any, x: Any) -> None:
    """x += alpha p; p = z + beta p on one plane."""
    for j in range(p.shape[0]):
        for k in range(p.shape[1]):
            old = p[j, k]
            x[j, k] += alpha * old
            p[j, k] = z[j, k] + beta * old


@inner
def plane_constant(
    a_m: Any, a_p: Any, d0: Any, c1: Any, wrap1: Any, c2: Any, wrap2: Any, d1: Any, d2: Any,
    below: Any, p: Any, above: Any, q: Any,
) -> float:
    n1, n2 = p.shape
    total = 0.0
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c1 if j > 0 else wrap1), (c1 if j < n1 - 1 else wrap1)
        d = d0 + d1[j]
        for k in range(1, n2 - 1):
            value = (
                (d + d2[k]) * p[j, k] - c2 * (p[j, k - 1] + p[j, k + 1])
                - a_m * below[j, k] - a_p * above[j, k] - b_m * p[jm, k] - b_p * p[jp, k]
            )
            q[j, k] = value
            total += value * p[j, k]
        for k in range(0, n2, max(n2 - 1, 1)):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            e_m, e_p = (c2 if k > 0 else wrap2), (c2 if k < n2 - 1 else wrap2)
            value = (
                (d + d2[k]) * p[j, k] - e_m * p[j, km] - e_p * p[j, kp]
                - a_m * below[j, k] - a_p * above[j, k] - b_m * p[jm, k] - b_p * p[jp, k]
            )
            q[j, k] = value
            total += value * p[j, k]
    return total


@inner
def plane_variable(a_m: Any, a_p: Any, c1: Any, c2: Any, d: Any, below: Any, p: Any, above: Any, q: Any) -> float:
    n1, n2 = p.shape
    total = 0.0
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        for k in range(1, n2 - 1):
            value = (
                d[j, k] * p[j, k] - c2[j, k - 1] * p[j, k - 1] - c2[j, k] * p[j, k + 1]
                - a_m[j, k] * below[j, k] - a_p[j, k] * above[j, k]
                - c1[jm, k] * p[jm, k] - c1[j, k] * p[jp, k]
            )
            q[j, k] = value
            total += value * p[j, k]
        for k in range(0, n2, max(n2 - 1, 1)):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            value = (
                d[j, k] * p[j, k] - c2[j, km] * p[j, km] - c2[j, k] * p[j, kp]
                - a_m[j, k] * below[j, k] - a_p[j, k] * above[j, k]
                - c1[jm, k] * p[jm, k] - c1[j, k] * p[jp, k]
            )
            q[j, k] = value
            total += value * p[j, k]
    return total


@compiled
def direction_constant(
    renewing: bool, lo: int, hi: int, cut_lo: int, cut_hi: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any,
    alpha: Any, beta: Any, z: Any, p: Any, x: Any, q: Any, partial: Any,
) -> None:
    """Renew planes lo..hi where asked to; multiply those that need no plane beyond a cut."""
    n0 = p.shape[0]
    for s in range(lo, hi + 1):
        if renewing and s < hi:
            renew(alpha, beta, z[s], p[s], x[s])
        i = s - 1
        if lo + cut_lo <= i < hi - cut_hi:
            i %= n0
            im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
            a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
            partial[i] = plane_constant(
                a_m, a_p, d0[i], c[1], wrap[1], c[2], wrap[2], d1, d2, p[im], p[i], p[ip], q[i]
            )


@compiled
def direction_variable(
    renewing: bool, lo: int, hi: int, cut_lo: int, cut_hi: int, c0: Any, c1: Any, c2: Any, d: Any,
    alpha: Any, beta: Any, z: Any, p: Any, x: Any, q: Any, partial: Any,
) -> None:
    """As `direction_constant`."""
    n0 = p.shape[0]
    for s in range(lo, hi + 1):
        if renewing and s < hi:
            renew(alpha, beta, z[s], p[s], x[s])
        i = s - 1
        if lo + cut_lo <= i < hi - cut_hi:
            i %= n0
            im, ip = (i - 1 if i > 0 else n0 - 1), (i + 1 if i < n0 - 1 else 0)
            partial[i] = plane_variable(c0[im], c0[i], c1[i], c2[i], d[i], p[im], p[i], p[ip], q[i])
