"""Conjugate gradients in the storage and the precision of the cycles around float64 iterates and true residuals."""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._colour import SplitMasked, SplitVariable, split_zeros
from sciml.kernels._stencil import shape3
from sciml.kernels.cg_residual import cg_residual
from sciml.kernels.colour_layout import colour_split
from sciml.kernels.correct_residual import correct_residual
from sciml.kernels.dots import dots
from sciml.kernels.split_direction import split_direction
from sciml.kernels.subtract_means import subtract_means
from sciml.mesh.components import NullSpace
from sciml.pde.operator import StencilOperator
from sciml.solvers._monitor import Monitor
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import norm
from sciml.solvers.multigrid.refine import Cycling

__all__ = ["conjugate", "split_nullspace"]

Vector = NDArray[np.float64]

# The residual is recomputed in float64 whenever it has fallen by this factor: single precision carries 1e-6 to 1e-5
# of it, and a pass in float64 costs a fifth of an iteration.
RENEW = 1e-4
# A residual that has fallen by this factor since it was last recomputed is noise, and so is a true one that is
# this much larger than the recursion said.
ROUNDING, NOISE = 1e-6, 2.0


def conjugate(
    A: StencilOperator, hierarchy: Cycling, b: Vector, x: Vector, monitor: Monitor, *,
    nullspace: NullSpace | None = None, guess: bool = True,
) -> Status:
    """Iterate on A x = b until the monitor's limit, with one cycle as symmetric preconditioner.

    Parameters
    ----------
    A : StencilOperator
        With variable coefficients.
    hierarchy : Cycling
        Its work arrays are those of the iteration: residual in `top.f`, preconditioned one in `top.x`.
    b, x : ndarray of float64, shape (N,)
        Right-hand side (projected, not zero) and iterate, overwritten.
    monitor : Monitor
        Filled with one entry an iteration; the last one is the true residual.
    nullspace : NullSpace, optional
        Floating components in the storage of the cycles (`split_nullspace`).
    guess : bool
        Whether x holds anything but zeros.

    Notes
    -----
    Residual and directions live in units of the last true residual, so float32 has the range. The iterate takes its
    steps in float64. What rounding in the recursion of the residual leaves is removed by true residuals in
    between, the direction being kept: the iteration goes on as if nothing had happened. The weight of the old
    direction is that of Polak and Ribiere, which does not care about small errors of the cycle nor about units.

    References
    ----------
    M. A. Clark, R. Babich, K. Barros, R. C. Brower and C. Rebbi, "Solving lattice QCD systems of equations using
    mixed precision solvers on GPUs", Comput. Phys. Commun. 181, 2010.
    """
    box, top = shape3(A.grid_shape), hierarchy.top
    assert isinstance(top.stencil, SplitVariable | SplitMasked)
    b, x, z, r = b.reshape(box), x.reshape(box), top.x, top.f
    p, q = split_zeros(box, r.dtype, like=r), np.empty_like(r)
    size = true = norm(b)
    if guess:
        true = sqrt(float(correct_residual(A.stencil, p, 0.0, x, b, r, size).sum()))
        monitor.start = max(1.0, true / size)
        if true <= monitor.limit * size:
            return Status.CONVERGED
    mean = sqrt(b.size)
    scale = true / mean
    if guess:
        correct_residual(A.stencil, p, 0.0, x, b, r, scale)
    else:
        colour_split(b, r, 1.0 / scale)
    alpha = step = rz = 0.0

    def renewed() -> float:
        """Norm of b - A x, which `r` becomes, after the step that x still lacks."""
        return sqrt(float(correct_residual(A.stencil, p, step, x, b, r, scale).sum()))

    while True:
        hierarchy.cycle()
        if nullspace is not None:  # a level that grew would swamp the differences that A is made of
            subtract_means(z, nullspace.cells, nullspace.starts)
        rz_old, (rz, qz) = rz, dots(z, r, q if alpha else r)
        beta = -alpha * qz / rz_old if alpha else 0.0
        pq = split_direction(top.stencil, step, beta, z, p, q, x, periodic=top.wraps[0])
        if not (0 < pq < inf and 0 < rz < inf):
            return Status.BREAKDOWN
        alpha = rz / pq
        step = alpha * scale
        now, before = sqrt(cg_residual(alpha, q, r)) * scale, true
        renew = now <= max(RENEW * true, monitor.limit * size)
        if renew:
            scale = now / mean or scale
            true = renewed()
            if now < ROUNDING * before or true > NOISE * now:  # the old direction knows nothing of what is left
                alpha = 0.0
            now, step = true, 0.0
        monitor.record(now / size)
        if now <= monitor.limit * size:
            return Status.CONVERGED
        status = monitor.verdict()
        if status is None and renew and true > 0.5 * before:
            status = Status.STAGNATED
        if status is not None:
            if not renew:
                monitor.restart(renewed() / size)
            return status


def split_nullspace(nullspace: NullSpace, shape: tuple[int, int, int]) -> NullSpace:
    """Floating components of a box in colour-split order.

    Examples
    --------
    >>> split_nullspace(NullSpace(3), (1, 1, 3)).cells
    array([0, 2, 1])
    """
    n0, n1, n2 = shape
    width = (n2 + 1) // 2
    if nullspace.cells is None and n2 % 2 == 0:  # no padding: still all entries
        return nullspace
    cells = np.arange(nullspace.size) if nullspace.cells is None else nullspace.cells
    starts = np.zeros(1, np.int64) if nullspace.starts is None else nullspace.starts
    i, j, k = np.unravel_index(cells, shape)
    return NullSpace(2 * n0 * n1 * width, (((i + j + k) & 1) * n0 * n1 + i * n1 + j) * width + k // 2, starts)
