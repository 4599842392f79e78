"""One pass over memory for the first half of a conjugate gradient step."""

from typing import Any

import numpy as np

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array, ConstantStencil, Stencil, stencil_wraps
from sciml.kernels.cg_direction.numba import direction_constant, direction_variable

__all__ = ["cg_direction"]


@dispatched
def cg_direction(stencil: Stencil, alpha: float, beta: float, z: Array, p: Array, x: Array, q: Array) -> float:
    """``x += alpha p; p = z + beta p; q = A p``, all in place; return ``p . q``.

    The step of the previous iteration is added to x here, where the old p is read anyway:
    six words move per unknown (z, p, x in; p, x, q out) and a whole step of CG needs nine.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator A over (n0, n1, n2).
    alpha, beta : float
        Step length of the previous iteration (0 at the start) and weight of the old direction.
    z, p, x, q : ndarray of float64, shape (n0, n1, n2), C-contiguous
        Preconditioned residual; direction, iterate and A p, which are overwritten.

    Notes
    -----
    Each plane keeps its own partial sum and these are added in one order, so the result does
    not depend on the number of threads.

    Examples
    --------
    >>> from sciml.kernels._stencil import ConstantStencil
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), np.full(2, 2.0))
    >>> r, p, x, q = np.ones((1, 1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1, 2))
    >>> cg_direction(A, 0.0, 0.0, r, p, x, q)
    2.0
    """
    n0 = p.shape[0]
    periodic = stencil_wraps(stencil)[0]
    parts = slabs(n0, p.size, minimum=2)
    last = len(parts) - 1
    partial = np.empty(n0)
    kernel: Any = direction_constant if isinstance(stencil, ConstantStencil) else direction_variable
    common = *stencil, alpha, beta, z, p, x, q, partial
    run_tasks(kernel, [
        (True, lo, hi, int(periodic or k > 0), int(periodic or k < last), *common) for k, (lo, hi) in enumerate(parts)
    ])
    cuts = [lo for k, (lo, _) in enumerate(parts) if periodic or k > 0]
    run_tasks(kernel, [(False, cut - 1, cut + 1, 0, 0, *common) for cut in cuts])
    return float(partial.sum())
