"""Red-black SOR sweeps, residual and restriction by summation, fused."""

from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitStencil
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks
from sciml.kernels._stencil import Array
from sciml.kernels._waves import wave_tasks
from sciml.kernels.sor_restrict.numba import relax_restrict

__all__ = ["Target", "sor_restrict", "transfer"]

Ratio: TypeAlias = tuple[int, int, int]
Target: TypeAlias = Ratio | NDArray[np.int32]


@dispatched
def sor_restrict(
    stencil: SplitStencil, x: Array, f: Array, coarse: Array, *, omega: float = 1.0, sweeps: int = 1,
    zero: bool = False, target: Target = (2, 2, 2), periodic: bool = False,
) -> Array:
    """Relax A x = f with `sweeps` red-black sweeps, then write the summed residual into `coarse`.

    Parameters
    ----------
    stencil : ConstantStencil or SplitVariable
        Operator over (n0, n1, n2), in the precision of `x`.
    x, f : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Iterate (overwritten) and right-hand side in colour-split order, from `split_zeros`.
    coarse : ndarray
        Colour-split array of the coarse box in the precision of `x`, or float64 vector of the clusters; sums of
        the residuals.
    omega : float
        Over-relaxation factor in (0, 2).
    sweeps : int
        Red-black sweeps, red first.
    zero : bool
        Start from x = 0 whatever `x` holds.
    target : tuple of int or ndarray of int32
        Either 1 or 2 per axis, which axes are coarsened (n_coarse = ceil(n / ratio)); or, in
        colour-split order, the cluster of each cell, -1 for none. Clusters must not reach
        across an even plane number from below.
    periodic : bool
        Whether the first axis wraps around (its length must then be even).

    Returns
    -------
    ndarray
        `coarse`.
    """
    if zero and sweeps == 0:
        x[:] = 0
    if coarse.ndim == 1:
        coarse[:] = 0
    args = stencil, x, f, x.dtype.type(omega), sweeps, zero, *transfer(target, coarse, x.dtype)
    for tasks in wave_tasks(x.shape[1], x.size, 2 * sweeps, periodic):
        run_tasks(relax_restrict, [(*task, *args) for task in tasks])
    return coarse


def transfer(target: Target, coarse: Array, dtype: DTypeLike) -> tuple[Ratio, NDArray[np.int32], Array, Array]:
    """Ratio, labels, coarse box and clusters, flat: of one type for either target, so that kernels compile once.

    With labels the ratio is (1, 1, 0) and the box empty, without them the labels and the clusters are.
    """
    if isinstance(target, tuple):
        return target, np.empty(0, np.int32), coarse.reshape(-1), np.empty(0)
    return (1, 1, 0), target.reshape(-1), np.empty(0, dtype), coarse
