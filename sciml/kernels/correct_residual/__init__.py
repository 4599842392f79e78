"""u += scale x, then (b - A u) / scale back in the storage of x: one step of refinement in one pass."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array, ConstantStencil
from sciml.kernels.correct_residual.numba import correct_cut, correct_slab

__all__ = ["correct_residual"]


def correct_residual(
    stencil: ConstantStencil, x: Array, scale: float, u: Array, b: Array, f: Array
) -> NDArray[np.float64]:
    """Correct `u` in place, write the scaled residual into `f`, return the sum of its squares plane by plane.

    Parameters
    ----------
    stencil : ConstantStencil of float64
        Operator over (n0, n1, n2).
    x, f : ndarray of float32 or float64, shape (2, n0, n1, ceil(n2 / 2))
        Correction and residual in colour-split order, both in units of `scale`.
    scale : float
        Brings the residual into the range of float32.
    u, b : ndarray of float64, shape (n0, n1, n2)
        Iterate and right-hand side in natural order.

    Returns
    -------
    ndarray of float64, shape (n0,)
        Unscaled; the sum is the squared norm.
    """
    n0 = u.shape[0]
    periodic = bool(stencil.wrap[0])
    parts = slabs(n0, u.size, minimum=2)
    last = len(parts) - 1
    partial = np.empty(n0)
    run_tasks(correct_slab, [
        (lo, hi, int(periodic or k > 0), int(periodic or k < last), *stencil, x, scale, u, b, f, partial)
        for k, (lo, hi) in enumerate(parts)
    ])
    cuts = [lo for k, (lo, _) in enumerate(parts) if periodic or k > 0]
    run_tasks(correct_cut, [(cut, *stencil, scale, u, b, f, partial) for cut in cuts])
    return partial
