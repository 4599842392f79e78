"""Chebyshev smoothing of the fourth kind for a 7-point operator on a box."""

from functools import cache

import numpy as np

from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_chebyshev.numpy import residual_polynomial
from sciml.kernels.stencil_jacobi import stencil_jacobi

__all__ = ["chebyshev_omegas", "stencil_chebyshev"]


@cache
def chebyshev_omegas(degree: int, lmax: float = 2.0, optimised: bool = True) -> tuple[float, ...]:
    """Damping factors of Jacobi sweeps that together are one Chebyshev step of `degree`.

    The polynomial p of the error, 1 at 0, has `degree` different roots l between 0 and `lmax`, so it is the
    product of the sweeps 1 - omega D^-1 A with omega = 1 / l. Unlike the recurrence these keep neither a residual
    nor a direction: each moves half as much memory. Small factors come first, so that at no time
    a part of the error is much larger than it was.

    Examples
    --------
    >>> chebyshev_omegas(1, 2.0, optimised=False)
    (0.666...,)
    """
    roots = np.polynomial.polynomial.polyroots(residual_polynomial(degree, optimised)).real
    return tuple(sorted(float(1 / (lmax * root)) for root in roots))


def stencil_chebyshev(
    stencil: Stencil, x: Array, f: Array, work: Array, *, degree: int = 4, lmax: float = 2.0, optimised: bool = True,
    zero: bool = False,
) -> Array:
    """Smooth A x = f in place by a Chebyshev step of the fourth kind; returns `x`.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil
        Operator over (n0, n1, n2) in the precision of `x`. Inactive cells (diagonal 0) keep x,
        or become 0 with `zero`.
    x, f : ndarray of float32 or float64, shape (n0, n1, n2), C-contiguous
        Iterate and right-hand side.
    work : ndarray like `x`
        Overwritten.
    degree : int
        1 to 4: products with A.
    lmax : float
        Upper bound of the eigenvalues of D^-1 A; 2 holds whenever the diagonal is at least the sum of the faces.
    optimised : bool
        Weigh the directions for the best bound of a V-cycle instead of equally.
    zero : bool
        Start from x = 0 whatever `x` holds.

    References
    ----------
    J. Lottes, "Optimal polynomial smoothers for multigrid V-cycles", 2023.

    Examples
    --------
    >>> from sciml.kernels._stencil import ConstantStencil
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> A = ConstantStencil(np.array([0.0, 0.0, 1.0]), np.zeros(3), np.zeros(1), np.zeros(1), ends)
    >>> x, work = np.zeros((2, 1, 1, 3))
    >>> stencil_chebyshev(A, x, np.array([[[8.0, 8.0, 8.0]]]), work, degree=1)
    array([[[2., 3., 2.]]])
    """
    return stencil_jacobi(stencil, x, f, work, omegas=chebyshev_omegas(degree, lmax, optimised), zero=zero)
