"""Multigrid cycles in low precision inside a float64 iteration."""

from math import inf, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, shape3
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.correct_residual import correct_residual
from sciml.kernels.dots import dots
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


def correction(hierarchy: Cycling, r: Vector, z: Vector) -> None:
    """z = M r by one cycle, with r scaled to entries of size 1 so that float32 holds it.

    r, z : (n0, n1, n2) float64
    """
    scale = _size(r) / sqrt(r.size)
    if scale == 0.0:
        z[...] = 0.0
        return
    colour_split(r, hierarchy.top.f, 1.0 / scale)
    hierarchy.cycle()
    colour_merge(hierarchy.top.x, z, scale)


def refine(
    A: StencilOperator, hierarchy: Cycling, b: Vector, x: Vector, monitor: Monitor, *, planes: bool = False,
    guess: bool = True,
) -> Status:
    """Iterate x += M (b - A x) until the monitor's limit; every residual is the true one.

    The residual lives in float32 and in units of its first mean size: however far it falls,
    float32 has the range, and x and b - A x are float64.

    Parameters
    ----------
    A : StencilOperator
        With constant coefficients.
    hierarchy : Cycling
        Whose cycle alone converges (M is close to the inverse).
    b, x : ndarray of float64, shape (N,)
        Right-hand side (projected, not zero) and iterate, overwritten.
    monitor : Monitor
        Filled with one entry a cycle.
    planes : bool
        Measure each plane of the first axis by itself (b has norm 1 on each) and record the largest.
    guess : bool
        Whether x holds anything but zeros.
    """
    assert isinstance(A.stencil, ConstantStencil)
    box = shape3(A.grid_shape)
    b, x, top = b.reshape(box), x.reshape(box), hierarchy.top
    whole = _size(b)
    size = 1.0 if planes else whole
    r = b
    if guess:
        r = np.empty_like(b)
        squares = stencil_residual(A.stencil, x, b, r)
        monitor.start = max(1.0, sqrt(float(squares.max() if planes else squares.sum())) / size)
        whole = _size(r)
    scale = whole / sqrt(r.size) or 1.0  # 0 when x solves the system exactly
    colour_split(r, top.f, 1.0 / scale)
    before = inf
    while True:
        hierarchy.cycle()
        squares = correct_residual(A.stencil, top.x, scale, x, b, top.f, scale)
        norm = sqrt(float(squares.max() if planes else squares.sum()))
        monitor.record(norm / size)
        if norm <= monitor.limit * size:
            return Status.CONVERGED
        status = monitor.verdict()
        if status is not None:
            return status
        if norm > 0.7 * before:  # a cycle reduces by far more than this until rounding stops it
            return Status.STAGNATED
        before = norm


def _size(v: Vector) -> float:
    return sqrt(dots(v, v, v)[0])
