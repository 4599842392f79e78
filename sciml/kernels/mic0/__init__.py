"""Modified incomplete Cholesky preconditioner without fill-in, MIC(0), for stencils."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array, ConstantStencil, Stencil, stencil_shape
from sciml.kernels.mic0.numba import factor_constant, factor_variable, solve_constant, solve_variable

__all__ = ["mic0_apply", "mic0_factor"]


def mic0_factor(stencil: Stencil, tau: float = 0.97, sigma: float = 0.25) -> NDArray[np.float64]:
    """Inverse pivots P of M = ((E + L) E^-1 (E + L'))^-1, E = P^-1, L the strictly lower triangle of A.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator in float64; faces that wrap around a periodic axis are left out of the factor.
    tau : float
        Share of the dropped fill-in that goes to the diagonal: 1 keeps row sums, 0 is IC(0).
    sigma : float
        A pivot below sigma times the diagonal is replaced by the diagonal.

    Returns
    -------
    ndarray of float64, shape (n0, n1, n2)
        0 in inactive cells.

    References
    ----------
    I. Gustafsson, "A class of first order factorization methods", BIT 18, 1978.

    Examples
    --------
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), np.full(2, 2.0))
    >>> 1 / mic0_factor(A)  # the exact Cholesky pivots of a tridiagonal matrix
    array([[[2. , 1.5]]])
    """
    P = np.empty(stencil_shape(stencil))
    if isinstance(stencil, ConstantStencil):
        factor_constant(stencil.c, stencil.d0, stencil.d1, stencil.d2, tau, sigma, P)
    else:
        factor_variable(*stencil, tau, sigma, P)
    return P


def mic0_apply(stencil: Stencil, P: Array, r: Array, out: Array) -> Array:
    """Write z = M r into `out` and return it.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator in float64.
    P : ndarray of float64, shape (n0, n1, n2)
        Inverse pivots from `mic0_factor`.
    r, out : ndarray of float64, shape (n0, n1, n2), C-contiguous
        Different arrays.

    Examples
    --------
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), np.full(2, 2.0))
    >>> mic0_apply(A, mic0_factor(A), np.ones((1, 1, 2)), np.empty((1, 1, 2)))
    array([[[1., 1.]]])
    """
    if isinstance(stencil, ConstantStencil):
        solve_constant(stencil.c, P, r, out)
    else:
        solve_variable(stencil.c0, stencil.c1, stencil.c2, P, r, out)
    return out
