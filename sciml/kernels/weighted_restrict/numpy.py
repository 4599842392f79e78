"""Reference of the weighted sweeps, in natural order."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.stencil_apply.numpy import neighbour_sum

__all__ = ["share", "weighted_sor"]


def weighted_sor(
    stencil: VariableStencil, omega: NDArray[np.int8], base: float, step: float, u: Array, f: Array, *,
    backward: bool = False,
) -> Array:
    """u after one red-black sweep on A u = f for each omega[t], or backward, all in reverse order."""
    u = u.copy()
    d = stencil.d
    colour = np.indices(u.shape).sum(axis=0) % 2
    half_sweeps = [(t, red_or_black) for t in range(len(omega)) for red_or_black in (0, 1)]
    for t, own in reversed(half_sweeps) if backward else half_sweeps:
        w = u.dtype.type(base) + u.dtype.type(step) * omega[t].astype(u.dtype)
        update = (f + neighbour_sum(stencil, u)) / np.where(d > 0, d, 1)
        u = np.where((colour == own) & (d > 0), u + w * (update - u), u)
    return np.where(d > 0, u, 0).astype(f.dtype)


def share(scale: NDArray[np.int8]) -> NDArray[np.float64]:
    """How often cells count in sums over their block."""
    return np.asarray(1 + scale / 128)
