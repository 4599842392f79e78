"""A u for a 7-point operator on a box."""

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array, ConstantStencil, Stencil
from sciml.kernels.stencil_apply.numba import apply_constant, apply_variable

__all__ = ["stencil_apply"]


@dispatched
def stencil_apply(stencil: Stencil, u: Array, out: Array) -> Array:
    """Write A u into `out` and return it.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator over (n0, n1, n2).
    u, out : ndarray of float32 or float64, shape (n0, n1, n2), C-contiguous
        Different arrays of the stencil's dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from sciml.kernels._stencil import ConstantStencil
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), ends)
    >>> stencil_apply(A, np.ones((1, 1, 3)), np.empty((1, 1, 3)))
    array([[[2., 0., 2.]]])
    """
    kernel = apply_constant if isinstance(stencil, ConstantStencil) else apply_variable
    run_slabs(kernel, slabs(u.shape[0], u.size), *stencil, u, out)
    return out
