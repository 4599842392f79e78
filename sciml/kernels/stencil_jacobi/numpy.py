"""Reference of damped Jacobi sweeps."""

from collections.abc import Sequence

import numpy as np

from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_apply.numpy import diagonal, stencil_apply

__all__ = ["inverse_diagonal", "stencil_jacobi"]


def inverse_diagonal(stencil: Stencil) -> Array:
    """D^-1 as an array of the box, 0 in inactive cells."""
    d = diagonal(stencil)
    return np.divide(1, d, out=np.zeros_like(d), where=d > 0)


def stencil_jacobi(stencil: Stencil, x: Array, f: Array, omegas: Sequence[float]) -> Array:
    """x after a sweep with each omega."""
    for omega in omegas:
        x = x + x.dtype.type(omega) * inverse_diagonal(stencil) * (f - stencil_apply(stencil, x))
    return x
