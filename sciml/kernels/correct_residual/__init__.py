"""u += step x, then (b - A u) / scale back in the storage of x: one step of refinement in one pass."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array, Stencil, stencil_wraps
from sciml.kernels.correct_residual.numba import correct

__all__ = ["correct_residual"]


@dispatched
def correct_residual(
    stencil: Stencil, x: Array, step: float, u: Array, b: Array, f: Array, scale: float
) -> NDArray[np.float64]:
    """Correct `u` in place, write the scaled residual into `f`, return the sum of its squares plane by plane.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil of float64
        Operator over (n0, n1, n2).
    x, f : ndarray of float32 or float64, shape (2, n0, n1, ceil(n2 / 2))
        Correction and residual in colour-split order.
    step : float
        Factor of the correction; 0 leaves `u` as it is, whatever `x` holds.
    u, b : ndarray of float64, shape (n0, n1, n2)
        Iterate and right-hand side in natural order.
    scale : float
        Unit of `f`, which brings the residual into the range of float32.

    Returns
    -------
    ndarray of float64, shape (n0,)
        Unscaled; the sum is the squared norm.
    """
    n0 = u.shape[0]
    periodic = stencil_wraps(stencil)[0]
    parts = slabs(n0, u.size, minimum=2)
    last = len(parts) - 1
    partial = np.empty(n0)
    common = stencil, x, float(step), u, b, f, 1.0 / scale, partial
    run_tasks(correct, [
        (True, lo, hi, int(periodic or k > 0), int(periodic or k < last), *common) for k, (lo, hi) in enumerate(parts)
    ])
    cuts = [lo for k, (lo, _) in enumerate(parts) if periodic or k > 0]
    run_tasks(correct, [(False, cut - 1, cut + 1, 0, 0, *common) for cut in cuts])
    return partial
