"""Reference of Chebyshev smoothing: the published recurrence."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.stencil_jacobi.numpy import inverse_diagonal

__all__ = ["residual_polynomial", "stencil_chebyshev"]

# Weights of the directions for degrees 1 to 4, from the paper's minimisation of the V-cycle's bound.
OPTIMISED = {
    1: (1.125,),
    2: (1.02387287570313, 1.26408905371085),
    3: (1.00842544782028, 1.08867839208730, 1.33753125909618),
    4: (1.00391310427285, 1.04035811188593, 1.14863498546254, 1.38268869241000),
}


def recurrence(r: Any, apply: Callable[[Any], Any], degree: int, optimised: bool) -> Any:
    """What one step adds to x, for the residual r = D^-1 (f - A x) and u -> D^-1 A u / lmax."""
    weights = OPTIMISED[degree] if optimised else (1.0,) * degree
    d, total = (4 / 3) * r, 0 * r
    for k, b in enumerate(weights, start=1):
        total = total + b * d
        r = r - apply(d)
        d = (2 * k - 1) / (2 * k + 3) * d + (8 * k + 4) / (2 * k + 3) * r
    return total


def residual_polynomial(degree: int, optimised: bool) -> NDArray[np.float64]:
    """Coefficients of p, lowest first: one step multiplies errors by p(D^-1 A / lmax)."""
    step: NDArray[np.float64] = recurrence(
        np.eye(1, degree + 2)[0], lambda q: np.concatenate([[0.0], q[:-1]]), degree, optimised
    )
    # With l = D^-1 A / lmax the step is q(l) D^-1 r / lmax, hence p(l) = 1 - l q(l).
    return np.concatenate([[1.0], -step[:degree]])


def stencil_chebyshev(
    stencil: Stencil, x: Array, f: Array, degree: int, lmax: float, optimised: bool
) -> Array:
    """x after one step."""
    scale = (inverse_diagonal(stencil) / lmax).astype(x.dtype)
    r = scale * (f - stencil_apply(stencil, x))
    step: Array = recurrence(r, lambda d: scale * stencil_apply(stencil, d), degree, optimised)
    return x + step
