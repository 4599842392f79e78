"""b - A u and its norm for a 7-point operator on a box."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array, ConstantStencil, Stencil
from sciml.kernels.stencil_residual.numba import residual_constant, residual_variable

__all__ = ["stencil_residual"]


@dispatched
def stencil_residual(stencil: Stencil, u: Array, b: Array, out: Array) -> NDArray[np.float64]:
    """Write b - A u into `out`; return the sum of its squares plane by plane.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator over (n0, n1, n2).
    u, b, out : ndarray of float32 or float64, shape (n0, n1, n2), C-contiguous
        `out` differs from `u` and `b`.

    Returns
    -------
    ndarray of float64, shape (n0,)
        Its sum is the squared norm, whatever the number of threads.

    Examples
    --------
    >>> from sciml.kernels._stencil import ConstantStencil
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), ends)
    >>> stencil_residual(A, np.ones((1, 1, 3)), np.zeros((1, 1, 3)), np.empty((1, 1, 3)))
    array([8.])
    """
    partial = np.empty(u.shape[0])
    kernel = residual_constant if isinstance(stencil, ConstantStencil) else residual_variable
    run_slabs(kernel, slabs(u.shape[0], u.size), *stencil, u, b, out, partial)
    return partial
