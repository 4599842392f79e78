"""Multigrid cycles in low precision inside a float64 iteration."""

from math import inf, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import shape3
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.stencil_residual import stencil_residual
from sciml.pde.operator import StencilOperator
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import Monitor
from sciml.solvers.multigrid.levels import Level

__all__ = ["Cycling", "correction", "refine"]

Vector = NDArray[np.float64]


class Cycling(Protocol):
    """A hierarchy: one cycle turns `top.f` into `top.x`."""

    @property
    def top(self) -> Level:
        """Finest level."""

    def cycle(self, zero: bool = True) -> None:
        """One cycle on the finest level."""


def correction(hierarchy: Cycling, r: Vector, z: Vector, add: bool = False) -> None:
    """z = M r (or z += M r) by one cycle, r scaled to largest entry 1 so that float32 holds it.

    r, z : (n0, n1, n2) float64
    """
    scale = float(max(r.max(), -r.min()))
    if scale == 0.0:
        if not add:
            z[...] = 0.0
        return
    colour_split(r, hierarchy.top.f, 1.0 / scale)
    hierarchy.cycle()
    colour_merge(hierarchy.top.x, z, scale, add=add)


def refine(A: StencilOperator, hierarchy: Cycling, b: Vector, x: Vector, monitor: Monitor) -> Status:
    """Iterate x += M (b - A x) until the monitor's limit; the residual is always the true one.

    Parameters
    ----------
    A : StencilOperator
    hierarchy : Cycling
        Whose cycle alone converges (M is close to the inverse).
    b, x : ndarray of float64, shape (N,)
        Right-hand side (projected, not zero) and iterate, overwritten.
    monitor : Monitor
        Filled with one entry a cycle.
    """
    box = shape3(A.grid_shape)
    b, x = b.reshape(box), x.reshape(box)
    size = sqrt(float(np.vdot(b, b)))
    r = np.array(b) if not x.any() else _residual(A, x, b, np.empty(box))[0]
    before = inf
    while True:
        correction(hierarchy, r, x, add=True)
        r, norm = _residual(A, x, b, r)
        monitor.record(norm / size)
        if norm <= monitor.limit * size:
            return Status.CONVERGED
        status = monitor.verdict()
        if status is not None:
            return status
        if norm > 0.7 * before:  # a cycle reduces by far more than this until rounding stops it
            return Status.STAGNATED
        before = norm


def _residual(A: StencilOperator, x: Vector, b: Vector, out: Vector) -> tuple[Vector, float]:
    squares = stencil_residual(A.stencil, x, b, out)
    if A.nullspace is not None:
        return A.nullspace.project(out), sqrt(float(np.vdot(out, out)))
    return out, sqrt(float(squares.sum()))
