"""Reference of red-black SOR, in natural order."""

import numpy as np

from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_apply.numpy import diagonal, neighbour_sum

__all__ = ["stencil_sor"]


def stencil_sor(stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, first: int = 0) -> Array:
    """u after `sweeps` red-black sweeps on A u = f; inactive cells (zero diagonal) become 0."""
    u = u.copy()
    d = diagonal(stencil)
    colour = np.indices(u.shape).sum(axis=0) % 2
    for t in range(2 * sweeps):
        own = (colour == (t + first) % 2) & (d > 0)
        update = (f + neighbour_sum(stencil, u)) / np.where(d > 0, d, 1)
        u[own] = (1 - omega) * u[own] + omega * update[own]
    return np.where(d > 0, u, 0).astype(f.dtype)
