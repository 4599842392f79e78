"""Iterate and direction of conjugate gradients in one pass, for operators without a fused kernel."""

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.cg_renew.numba import renew_range

__all__ = ["cg_renew"]


@dispatched
def cg_renew(alpha: float, beta: float, z: Array, p: Array, x: Array) -> None:
    """``x += alpha p; p = z + beta p`` in place.

    Parameters
    ----------
    alpha, beta : float
        Step length of the previous iteration and weight of the old direction.
    z, p, x : ndarray of float64, C-contiguous, same shape
        Preconditioned residual; direction and iterate, which are overwritten.

    Examples
    --------
    >>> import numpy as np
    >>> z, p, x = np.ones(2), np.full(2, 2.0), np.zeros(2)
    >>> cg_renew(0.5, 3.0, z, p, x)
    >>> p, x
    (array([7., 7.]), array([1., 1.]))
    """
    run_slabs(renew_range, slabs(p.size, p.size), alpha, beta, z.reshape(-1), p.reshape(-1), x.reshape(-1))
