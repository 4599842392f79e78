"""One pass over memory for the second half of a conjugate gradient step."""

from sciml.kernels._blocks import block_sums
from sciml.kernels._device import dispatched
from sciml.kernels._stencil import Array
from sciml.kernels.cg_residual.numba import residual_blocks

__all__ = ["cg_residual"]


@dispatched
def cg_residual(alpha: float, q: Array, r: Array) -> float:
    """``r -= alpha q`` in place; return ``r . r`` (three words an unknown).

    Parameters
    ----------
    alpha : float
        Step length.
    q, r : ndarray of float32 or float64, C-contiguous, same shape
        A p and the residual, which is overwritten.

    Examples
    --------
    >>> import numpy as np
    >>> cg_residual(1.0, np.ones(3), np.full(3, 2.0))
    3.0
    """
    return float(block_sums(residual_blocks, r.size, 1, r.dtype.type(alpha), q.reshape(-1), r.reshape(-1))[0])
