"""Reference of the gradients by faces and diagonal."""

import numpy as np

from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["stencil_sampled"]


def stencil_sampled(g: Array, u: Array) -> VariableStencil:
    """Gradients of the sum of g . A u by c0, c1, c2, d; see the package function."""
    c0, c1, c2 = (-(g * np.roll(u, -1, axis) + np.roll(g, -1, axis) * u).sum(axis=0) for axis in (1, 2, 3))
    return VariableStencil(c0, c1, c2, (g * u).sum(axis=0))
