"""First half of a conjugate gradient step in the storage and the precision of the cycles."""

import numpy as np

from sciml.kernels._colour import SplitMasked, SplitVariable
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.split_direction.numba import direction

__all__ = ["split_direction"]


@dispatched
def split_direction(
    stencil: SplitVariable | SplitMasked, step: float, beta: float, z: Array, p: Array, q: Array, u: Array, *,
    periodic: bool = False,
) -> float:
    """``u += step p; p = z + beta p; q = A p``, all in place; return ``p . q``.

    Parameters
    ----------
    stencil : SplitVariable or SplitMasked
        Operator over (n0, n1, n2), in the precision of `p`.
    step, beta : float
        Step length of the previous iteration in units of `u` (0 at the start), and weight of the old direction.
    z, p, q : ndarray, shape (2, n0, n1, ceil(n2 / 2)), `p` from `split_zeros`
        Preconditioned residual; direction and A p, which are overwritten. In colour-split order.
    u : ndarray of float64, shape (n0, n1, n2)
        Iterate in natural order, overwritten.
    periodic : bool
        Whether the first axis wraps around.

    Notes
    -----
    Each plane keeps its own partial sum and these are added in one order, so the result does not depend on
    the number of threads.
    """
    n0 = u.shape[0]
    parts = slabs(n0, u.size, minimum=2)
    last = len(parts) - 1
    partial = np.empty(n0)
    common = stencil, float(step), p.dtype.type(beta), z, p, q, u, partial
    run_tasks(direction, [
        (True, lo, hi, int(periodic or k > 0), int(periodic or k < last), *common) for k, (lo, hi) in enumerate(parts)
    ])
    cuts = [lo for k, (lo, _) in enumerate(parts) if periodic or k > 0]
    run_tasks(direction, [(False, cut - 1, cut + 1, 0, 0, *common) for cut in cuts])
    return float(partial.sum())
