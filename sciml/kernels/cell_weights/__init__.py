"""Relaxation and share of each cell, as small networks answer to the geometry and the faces around it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._colour import SplitWeights, split_shape
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._small_net import Net
from sciml.kernels._stencil import VariableStencil
from sciml.kernels._torus import uniform_torus
from sciml.kernels.cell_weights.numba import weight_slab

__all__ = ["Scale", "cell_weights"]

NONE = np.empty((0, 0, 0), np.uint8)


class Scale(NamedTuple):
    """What a byte of a relaxation stands for: base + step times it, in (0, 2)."""

    base: float
    step: float


def cell_weights(
    stencil: VariableStencil, volume: NDArray[np.floating], cell: Net, child: Net, scale: Scale, *,
    ratio: tuple[int, int, int] = (2, 2, 2), plain: NDArray[np.uint8] = NONE,
    shares: Sequence[float] = (0.0, 0.0, 0.0),
) -> SplitWeights:
    """Bytes for `weighted_restrict` and `weighted_prolong`.

    An answer a of `cell`, one a sweep, makes the relaxation ``2 omega e / (2 - omega + omega e)`` with e = exp(a) and
    omega the base; that of `child` the share ``2 e / (1 + e)``. Shares are 0 where nothing is active.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    volume : ndarray, shape (n0, n1, n2)
        Share of active volume in the precision of the networks; of size 0 when active cells are whole.
    cell, child : Net
        From `Net.padded`; they are given `_features.cell_features` and `_features.child_features`.
    scale : Scale
    ratio : tuple of int
        1 or 2 per axis, which axes are coarsened.
    plain : ndarray of uint8, shape (n0, n1, n2)
        From `plain_cells`: cells amid such ones get the same bytes without a look at each; of size 0, none do.
    shares : sequence of 3 float
        Those that `plain` was found with.

    Returns
    -------
    SplitWeights
    """
    dtype, sweeps = cell.first.dtype, len(cell.offset)
    box = split_shape(stencil.d.shape)
    omega, share = np.zeros((sweeps, *box), np.int8), np.zeros(box, np.int8)
    if plain.size:
        torus = uniform_torus(stencil.d.shape, shares)
        amid = cell_weights(torus, np.ones(torus.d.shape, dtype), cell, child, scale, ratio=ratio)
        omega[:] = amid.omega[:, 0, 0, 0, 0].reshape(-1, 1, 1, 1, 1)
        share[:] = amid.scale[0, 0, 0, 0]
    base, step, tiny = (dtype.type(value) for value in (*scale, np.finfo(dtype).tiny))
    parts = slabs(-(-len(stencil.d) // ratio[0]), stencil.d.size)
    run_slabs(
        weight_slab, parts, tuple(stencil), volume, plain, ratio, (tuple(cell), tuple(child)), base, step, tiny, omega,
        share,
    )
    return SplitWeights(omega, share, scale.base, scale.step)
