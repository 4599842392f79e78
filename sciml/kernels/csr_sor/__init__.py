"""SOR sweeps for D x - W x = f, W in compressed rows."""

from sciml.kernels._graph import Indices
from sciml.kernels._stencil import Array
from sciml.kernels.csr_sor.numba import backward as backward_sweep
from sciml.kernels.csr_sor.numba import first, forward

__all__ = ["csr_sor"]


def csr_sor(
    starts: Indices, columns: Indices, weights: Array, inverse: Array, x: Array, f: Array, *,
    omega: float = 1.0, sweeps: int = 1, backward: bool = False, zero: bool = False,
) -> Array:
    """Relax x_i = (f_i + sum_j w_ij x_j) / d_i row after row, in place; returns `x`.

    Backward sweeps are the adjoint of forward ones, so a cycle with one before and the other
    after its coarse correction is symmetric.

    Parameters
    ----------
    starts, columns, weights : ndarray
        Negative off-diagonal part W of the matrix in compressed rows (int32 indices).
    inverse : ndarray, shape (n,)
        1 / d, or 0 for empty rows, which stay 0 when `x` starts there.
    x, f : ndarray, shape (n,)
        Iterate (overwritten) and right-hand side, of the dtype of `weights`.
    omega : float
        Over-relaxation factor in (0, 2).
    sweeps : int
        Number of sweeps.
    backward : bool
        From the last row to the first.
    zero : bool
        Start from x = 0 whatever `x` holds; forward sweeps save work by it.

    Examples
    --------
    >>> import numpy as np
    >>> starts, columns = np.array([0, 1, 2], dtype=np.int32), np.array([1, 0], dtype=np.int32)
    >>> csr_sor(starts, columns, np.ones(2), np.full(2, 0.5), np.zeros(2), np.array([2.0, 0.0]))
    array([1. , 0.5])
    """
    args = starts, columns, weights, inverse, x, f, x.dtype.type(omega)
    if zero and (backward or sweeps == 0):
        x[:] = 0
    for sweep in range(sweeps):
        if backward:
            backward_sweep(*args)
        elif zero and sweep == 0:
            first(*args)
        else:
            forward(*args)
    return x
