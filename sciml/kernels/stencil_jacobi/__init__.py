"""Damped Jacobi sweeps for a 7-point operator on a box, cells in natural order."""

from collections.abc import Sequence

import numpy as np

from sciml.kernels import _pool
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, run_tasks, slabs
from sciml.kernels._stencil import Array, Stencil, stencil_wraps
from sciml.kernels.stencil_jacobi.numba import sweep_planes, sweep_slab

__all__ = ["jacobi_omega", "stencil_jacobi"]


def jacobi_omega(shape: tuple[int, int, int]) -> float:
    """Damping that smooths best on a box, 2 d / (2 d + 1) with d axes longer than 1.

    Rough errors have eigenvalues of D^-1 A between 1 / d and 2; 1 - omega / d and 2 omega - 1 are then equal.

    Examples
    --------
    >>> jacobi_omega((8, 1, 8))
    0.8
    """
    d = max(sum(n > 1 for n in shape), 1)
    return 2 * d / (2 * d + 1)


@dispatched
def stencil_jacobi(
    stencil: Stencil, x: Array, f: Array, work: Array, *, omegas: Sequence[float] | None = None, zero: bool = False
) -> Array:
    """Relax A x = f in place by sweeps x + omega D^-1 (f - A x), one for each omega; returns `x`.

    The sweeps follow each other through memory a plane apart, so that x and f are read from it once.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator over (n0, n1, n2) in the precision of `x`. Inactive cells (diagonal 0) keep x,
        or become 0 with `zero`.
    x, f : ndarray of float32 or float64, shape (n0, n1, n2), C-contiguous
        Iterate and right-hand side.
    work : ndarray like `x`
        Overwritten.
    omegas : sequence of float, optional
        Damping of each sweep; default one sweep with `jacobi_omega`.
    zero : bool
        Start from x = 0 whatever `x` holds.

    Examples
    --------
    >>> from sciml.kernels._stencil import ConstantStencil
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), ends)
    >>> x, work = np.zeros((2, 1, 1, 3))
    >>> stencil_jacobi(A, x, np.array([[[6.0, 6.0, 6.0]]]), work, omegas=[1.0])
    array([[[2., 3., 2.]]])
    """
    weights = np.array([jacobi_omega((x.shape[0], x.shape[1], x.shape[2]))] if omegas is None else omegas, x.dtype)
    count, periodic = len(weights), stencil_wraps(stencil)[0]
    args = stencil, x, work, f, weights, zero, periodic
    parts = _waves(x.shape[0], x.size, count, periodic)
    if parts is None:
        for t in range(count):
            run_slabs(sweep_planes, slabs(x.shape[0], x.size), t, *args)
    else:
        run_tasks(sweep_slab, [(*part, *args) for part in parts])
        cuts = [part[0] for part in parts if part[2]]
        for t in range(1, count):  # what is left on both sides of the cuts
            run_tasks(sweep_planes, [(cut - t, cut + t, t, *args) for cut in cuts])
    if count % 2:
        x[...] = work
    return x


def _waves(n0: int, size: int, sweeps: int, periodic: bool) -> list[tuple[int, int, int, int]] | None:
    # Slabs (lo, hi, cut below, cut above); a periodic axis is cut at plane 0. None for sweep after sweep,
    # where everything fits into cache or planes are too few. What is left around cuts must not overlap.
    if size < _pool.SERIAL_BELOW or n0 < 2 * sweeps or sweeps < 2:
        return None
    parts = slabs(n0, size, minimum=2 * sweeps)
    last = len(parts) - 1
    return [(lo, hi, int(periodic or k > 0), int(periodic or k < last)) for k, (lo, hi) in enumerate(parts)]
