"""CPU version of damped Jacobi sweeps: plane by plane, all sweeps in one pipelined pass over memory.

Planes beyond an end that does not wrap count 0 times; the last plane inside is read in their place,
since the opposite end may hold anything at that time (and 0 times NaN is NaN).
"""

from typing import Any

from sciml.kernels._numba import compiled, inner, overload_inner
from sciml.kernels._stencil import ConstantStencil

__all__ = ["sweep_planes", "sweep_slab"]


@inner
def _neighbours(i: int, n: int, periodic: bool) -> tuple[int, int]:
    first, last = (n - 1, 0) if periodic else (0, n - 1)
    return (i - 1 if i > 0 else first), (i + 1 if i < n - 1 else last)


@inner
def _constant_plane(stencil: Any, u: Any, f: Any, i: int, omega: Any, out: Any, periodic: bool) -> None:
    c, wrap, d0, d1, d2 = stencil
    n0, n1, n2 = u.shape
    im, ip = _neighbours(i, n0, periodic)
    a_m, a_p = (c[0] if i > 0 else wrap[0]), (c[0] if i < n0 - 1 else wrap[0])
    e, keep = c[2], u.dtype.type(1) - omega
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        b_m, b_p = (c[1] if j > 0 else wrap[1]), (c[1] if j < n1 - 1 else wrap[1])
        d = d0[i] + d1[j]
        w = omega / (d + d2[n2 // 2])  # the same for all cells but those at the ends
        for k in range(1, n2 - 1):
            out[i, j, k] = keep * u[i, j, k] + w * (
                f[i, j, k] + a_m * u[im, j, k] + a_p * u[ip, j, k] + b_m * u[i, jm, k] + b_p * u[i, jp, k]
                + e * (u[i, j, k - 1] + u[i, j, k + 1])
            )
        for k in (0, n2 - 1):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            e_m, e_p = (e if k > 0 else wrap[2]), (e if k < n2 - 1 else wrap[2])
            out[i, j, k] = keep * u[i, j, k] + omega / (d + d2[k]) * (
                f[i, j, k] + a_m * u[im, j, k] + a_p * u[ip, j, k] + b_m * u[i, jm, k] + b_p * u[i, jp, k]
                + e_m * u[i, j, km] + e_p * u[i, j, kp]
            )


@inner
def _variable_plane(stencil: Any, u: Any, f: Any, i: int, omega: Any, out: Any, periodic: bool) -> None:
    c0, c1, c2, d = stencil
    n0, n1, n2 = u.shape
    im, ip = _neighbours(i, n0, periodic)
    below = i - 1 if i > 0 else n0 - 1  # where the face is
    one, none = u.dtype.type(1), u.dtype.type(0)
    keep = one - omega
    for j in range(n1):
        jm, jp = (j - 1 if j > 0 else n1 - 1), (j + 1 if j < n1 - 1 else 0)
        for k in range(1, n2 - 1):
            w = omega / d[i, j, k] if d[i, j, k] > none else none
            out[i, j, k] = keep * u[i, j, k] + w * (
                f[i, j, k] + c2[i, j, k - 1] * u[i, j, k - 1] + c2[i, j, k] * u[i, j, k + 1]
                + c0[below, j, k] * u[im, j, k] + c0[i, j, k] * u[ip, j, k]
                + c1[i, jm, k] * u[i, jm, k] + c1[i, j, k] * u[i, jp, k]
            )
        for k in (0, n2 - 1):
            km, kp = (k - 1 if k > 0 else n2 - 1), (k + 1 if k < n2 - 1 else 0)
            w = omega / d[i, j, k] if d[i, j, k] > none else none
            out[i, j, k] = keep * u[i, j, k] + w * (
                f[i, j, k] + c2[i, j, km] * u[i, j, km] + c2[i, j, k] * u[i, j, kp]
                + c0[below, j, k] * u[im, j, k] + c0[i, j, k] * u[ip, j, k]
                + c1[i, jm, k] * u[i, jm, k] + c1[i, j, k] * u[i, jp, k]
            )


def relax_plane(stencil: Any, u: Any, f: Any, i: int, omega: Any, out: Any, periodic: bool) -> None:
    """Plane i of ``out = u + omega D^-1 (f - A u)``; resolved at compile time by the stencil's type."""


@overload_inner(relax_plane)
def _relax_plane(stencil: Any, u: Any, f: Any, i: Any, omega: Any, out: Any, periodic: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil, u, f, i, omega, out, periodic: _constant_plane(
            stencil, u, f, i, omega, out, periodic
        )
    return lambda stencil, u, f, i, omega, out, periodic: _variable_plane(
        stencil, u, f, i, omega, out, periodic
    )


@inner
def _constant_start(stencil: Any, f: Any, i: int, omega: Any, out: Any) -> None:
    _, _, d0, d1, d2 = stencil
    for j in range(f.shape[1]):
        d = d0[i] + d1[j]
        for k in range(f.shape[2]):
            out[i, j, k] = omega / (d + d2[k]) * f[i, j, k]


@inner
def _variable_start(stencil: Any, f: Any, i: int, omega: Any, out: Any) -> None:
    d = stencil[3]
    none = f.dtype.type(0)
    for j in range(f.shape[1]):
        for k in range(f.shape[2]):
            out[i, j, k] = omega / d[i, j, k] * f[i, j, k] if d[i, j, k] > none else none


def start_plane(stencil: Any, f: Any, i: int, omega: Any, out: Any) -> None:
    """Plane i of ``out = omega D^-1 f``, a sweep from u = 0."""


@overload_inner(start_plane)
def _start_plane(stencil: Any, f: Any, i: Any, omega: Any, out: Any) -> Any:
    if stencil.instance_class is ConstantStencil:
        return lambda stencil, f, i, omega, out: _constant_start(stencil, f, i, omega, out)
    return lambda stencil, f, i, omega, out: _variable_start(stencil, f, i, omega, out)


@inner
def _sweep(stencil: Any, x: Any, y: Any, f: Any, i: int, t: int, omegas: Any, zero: bool, periodic: bool) -> None:
    # Sweep t (from 0) of plane i: even sweeps go from x to y, odd ones back.
    if t == 0 and zero:
        start_plane(stencil, f, i, omegas[t], y)
    elif t % 2 == 0:
        relax_plane(stencil, x, f, i, omegas[t], y, periodic)
    else:
        relax_plane(stencil, y, f, i, omegas[t], x, periodic)


@compiled
def sweep_planes(
    lo: int, hi: int, t: int, stencil: Any, x: Any, y: Any, f: Any, omegas: Any, zero: bool, periodic: bool
) -> None:
    """Sweep t of the planes lo..hi; planes below 0 are counted from the end."""
    for i in range(lo, hi):
        _sweep(stencil, x, y, f, i % x.shape[0], t, omegas, zero, periodic)


@compiled
def sweep_slab(
    lo: int, hi: int, cut_lo: int, cut_hi: int, stencil: Any, x: Any, y: Any, f: Any, omegas: Any, zero: bool,
    periodic: bool,
) -> None:
    """All sweeps of the planes lo..hi that do not depend on planes beyond a cut.

    Sweep t follows one plane behind sweep t - 1, while what it reads is still in cache. Two buffers
    suffice: it overwrites what sweep t - 1 has just read for the last time.
    """
    for s in range(lo, hi + len(omegas) - 1):
        for t in range(len(omegas)):
            i = s - t
            if lo + cut_lo * t <= i < hi - cut_hi * t:
                _sweep(stencil, x, y, f, i, t, omegas, zero, periodic)
