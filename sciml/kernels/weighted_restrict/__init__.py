"""Red-black sweeps with a weight in each cell, residual and weighted restriction, fused."""

from sciml.kernels._colour import SplitMasked, SplitVariable, SplitWeights
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_tasks
from sciml.kernels._stencil import Array
from sciml.kernels._waves import wave_tasks
from sciml.kernels.weighted_restrict.numba import relax_restrict

__all__ = ["weighted_restrict"]


@dispatched
def weighted_restrict(
    stencil: SplitVariable | SplitMasked, weights: SplitWeights, x: Array, f: Array, coarse: Array, *,
    ratio: tuple[int, int, int] = (2, 2, 2), periodic: bool = False,
) -> Array:
    """Relax A x = f from x = 0 with one red-black sweep for each of the weights, then restrict the residual.

    As `sor_restrict` with zero start, but cell i moves by ``omega[t, i]`` times what would solve its equation, and
    its residual counts ``scale[i]`` times in the sum over its block.

    Parameters
    ----------
    stencil : SplitVariable or SplitMasked
        Operator over (n0, n1, n2), in the precision of `x`.
    weights : SplitWeights
    x, f : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Iterate (overwritten) and right-hand side in colour-split order, from `split_zeros`.
    coarse : ndarray
        Colour-split array of the coarse box in the precision of `x`, overwritten.
    ratio : tuple of int
        1 or 2 per axis, which axes are coarsened (n_coarse = ceil(n / ratio)).
    periodic : bool
        Whether the first axis wraps around (its length must then be even).

    Returns
    -------
    ndarray
        `coarse`.
    """
    base, step = x.dtype.type(weights.base), x.dtype.type(weights.step)
    args = stencil, weights.omega, weights.scale, base, step, x, f, ratio, coarse.reshape(-1)
    for tasks in wave_tasks(x.shape[1], x.size, 2 * len(weights.omega), periodic):
        run_tasks(relax_restrict, [(*task, *args) for task in tasks])
    return coarse
