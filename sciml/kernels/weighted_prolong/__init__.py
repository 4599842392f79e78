"""Weighted correction from a coarse box and red-black sweeps with a weight in each cell, fused."""

from sciml.kernels._colour import SplitMasked, SplitVariable, SplitWeights
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks
from sciml.kernels._stencil import Array
from sciml.kernels._waves import wave_tasks
from sciml.kernels.weighted_prolong.numba import prolong_relax

__all__ = ["weighted_prolong"]


@dispatched
def weighted_prolong(
    stencil: SplitVariable | SplitMasked, weights: SplitWeights, x: Array, f: Array, coarse: Array, *, n2: int,
    ratio: tuple[int, int, int] = (2, 2, 2), periodic: bool = False,
) -> Array:
    """Add its share of `coarse` to each cell of `x`, then relax A x = f; the adjoint of `weighted_restrict`.

    Parameters
    ----------
    stencil, weights, x, f, ratio, periodic
        As in `weighted_restrict`; the sweeps follow each other, and their colours, in reverse order.
    coarse : ndarray
        Colour-split coarse correction in the precision of `x`.
    n2 : int
        True length of a row of the fine box.

    Returns
    -------
    ndarray
        `x`.
    """
    base, step = x.dtype.type(weights.base), x.dtype.type(weights.step)
    args = stencil, weights.omega, weights.scale, base, step, x, f, n2, ratio, coarse.reshape(-1)
    for tasks in wave_tasks(x.shape[1], x.size, 2 * len(weights.omega), periodic):
        run_tasks(prolong_relax, [(*task, *args) for task in tasks])
    return x
