"""The learned cycle from its definition: natural order, NumPy, no kernels; and weights drawn at random."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._features import Faces, faces_of
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.cell_weights import Scale
from sciml.kernels.cell_weights.numpy import cell_weights
from sciml.kernels.coarse_factors.numpy import coarse_factors
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.weighted_restrict.numpy import share, weighted_sor
from sciml.solvers.learned.hierarchy import relaxation_step
from sciml.solvers.learned.weights import Net, Weights, zero_weights
from sciml.solvers.multigrid.bottom import dense_matrix, pseudo_inverse
from sciml.solvers.multigrid.coarsen import coarsening
from sciml.solvers.multigrid.structured import BOTTOM

Array = NDArray[np.float64]


def random_weights(seed: int, size: float = 1.0) -> Weights:
    """Every weight from N(0, size)."""
    rng, zero = np.random.default_rng(seed), zero_weights()
    return Weights(zero.sweeps, zero.omega, {
        kind: [Net(*(rng.normal(0, size, part.shape).astype(np.float32) for part in net)) for net in nets]
        for kind, nets in zero.nets.items()
    })


def cycle(stencil: VariableStencil, weights: Weights, f: Array) -> Array:
    """z = M f, for an f that is 0 in inactive cells."""
    return _cycle(faces_of(stencil), weights, f, 0)


def _cycle(fine: Faces, weights: Weights, f: Array, k: int) -> Array:
    stencil = VariableStencil(*fine.c, fine.d)
    ratio = coarsening(stencil)
    if f.size <= BOTTOM or max(ratio) == 1:
        return np.asarray(pseudo_inverse(dense_matrix(stencil)) @ f.ravel()).reshape(f.shape)
    base, step = weights.omega, relaxation_step(weights.omega)
    omega, scale = cell_weights(fine, weights.net("cell", k), weights.net("child", k), Scale(base, step), ratio)
    u = weighted_sor(stencil, omega, base, step, np.zeros_like(f), f)
    r = share(scale) * (f - stencil_apply(stencil, u))
    for axis in range(3):
        r = np.add.reduceat(r, np.arange(0, r.shape[axis], ratio[axis]), axis=axis)
    coarse = coarse_factors(fine, weights.net("face", k), weights.net("surplus", k), ratio)
    e = _cycle(coarse, weights, r, k + 1)
    for axis in range(3):
        e = np.repeat(e, ratio[axis], axis).take(np.arange(f.shape[axis]), axis)
    return weighted_sor(stencil, omega, base, step, u + share(scale) * e, f, backward=True)
