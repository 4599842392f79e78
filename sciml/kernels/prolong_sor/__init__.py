"""Prolongation of a coarse correction and red-black SOR sweeps, fused."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._colour import SplitStencil
from sciml.kernels._device import dispatched, to_host
from sciml.kernels._pool import run_tasks
from sciml.kernels._stencil import Array
from sciml.kernels._waves import wave_tasks
from sciml.kernels.prolong_sor.numba import Constant, LinearBox, prolong_relax
from sciml.kernels.sor_restrict import Target, transfer

__all__ = ["Linear", "prolong_sor"]


class Linear:
    """Ends of linear interpolation: each ghost coarse cell is a multiple of the cell beside it.

    Parameters
    ----------
    ends : array-like, shape (3, 2)
        Multiples at either end of each axis: -1 for u = 0 on the face, 1 for zero flux.
    wrap : tuple of bool
        Which axes are periodic instead.
    """

    def __init__(self, ends: NDArray[np.float64], wrap: tuple[bool, bool, bool]) -> None:
        self.ends: NDArray[np.float64] = to_host(ends)
        self.wrap = wrap


@dispatched
def prolong_sor(
    stencil: SplitStencil, x: Array, f: Array, coarse: Array, *, n2: int = 0, omega: float = 1.0, sweeps: int = 1,
    first: int = 1, target: Target = (2, 2, 2), linear: Linear | None = None, periodic: bool = False,
) -> Array:
    """Add the interpolated `coarse` to `x`, then relax A x = f; returns `x`.

    Parameters
    ----------
    stencil, x, f, omega, sweeps, target, periodic
        As in `sor_restrict`.
    coarse : ndarray
        Coarse correction: colour-split box in the precision of `x`, or float64 vector of the clusters.
    n2 : int
        True length of a row of the fine box (for a coarse box).
    first : int
        Colour of the first half sweep: 1 (black) makes the sweeps the adjoint of red-black ones.
    linear : Linear, optional
        Linear interpolation (weights 3/4 and 1/4 per coarsened axis); default piecewise constant.
    """
    source: Constant | LinearBox
    if linear is None:
        source = Constant(n2, *transfer(target, coarse, x.dtype))
    else:
        source = LinearBox(n2, target, linear.ends.astype(x.dtype), linear.wrap, coarse)
    args = stencil, x, f, x.dtype.type(omega), sweeps, first, source
    for tasks in wave_tasks(x.shape[1], x.size, 2 * sweeps, periodic):
        run_tasks(prolong_relax, [(*task, *args) for task in tasks])
    return x
