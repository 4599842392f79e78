"""The coarse operator of piecewise constant transfers, times what networks make of the faces it is made of."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._small_net import Net
from sciml.kernels._stencil import VariableStencil
from sciml.kernels._torus import uniform_torus
from sciml.kernels.coarse_factors.numba import factor_slab, gather_volume
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.kernels.stencil_coarsen.numba import close_slab, coarsen_slab

__all__ = ["coarse_factors"]

NONE = np.empty((0, 0, 0), np.uint8)


def coarse_factors(
    stencil: VariableStencil, volume: NDArray[np.floating], face: Net, surplus: Net, *,
    ratio: tuple[int, int, int] = (2, 2, 2), plain: NDArray[np.uint8] = NONE,
    shares: Sequence[float] = (0.0, 0.0, 0.0),
) -> tuple[VariableStencil, NDArray[np.floating]]:
    """Coarse faces and surplus of `stencil_coarsen`, each times a factor; and the coarse volume.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    volume : ndarray, shape (n0, n1, n2)
        Share of active volume in the precision of the networks; of size 0 when active cells are whole.
    face, surplus : Net
        From `Net.padded`; they answer with logarithms of factors to features of each coarse face
        (`_features.face_features`) and of the surplus of each coarse cell (`_features.surplus_features`).
    ratio : tuple of int
        1 or 2 per axis.
    plain : ndarray of uint8, shape (n0, n1, n2)
        From `plain_cells`: faces amid such cells get the same factor without a look at each; of size 0, none are.
    shares : sequence of 3 float
        Those that `plain` was found with.

    Returns
    -------
    stencil : VariableStencil of float64
    volume : ndarray
    """
    box = tuple(-(-n // r) for n, r in zip(stencil.d.shape, ratio, strict=True))
    C0, C1, C2, S, D = (np.empty(box) for _ in range(5))
    V = np.empty(box, face.first.dtype)
    parts = slabs(box[0], stencil.d.size)
    run_slabs(coarsen_slab, parts, *stencil, ratio, C0, C1, C2, S)
    for axis, C in enumerate((C0, C1, C2)):
        if C.shape[axis] == 1:
            C[...] = 0
    run_slabs(gather_volume, parts, stencil.d, volume, ratio, V)
    if not (face.is_zero and surplus.is_zero):
        np.copyto(D, S)
        run_slabs(close_slab, parts, C0, C1, C2, D)
        amid = np.ones(4)
        if plain.size:
            torus = uniform_torus(stencil.d.shape, shares)
            amid[:3] = _factors(torus, face, surplus, ratio)
        tiny = V.dtype.type(np.finfo(V.dtype).tiny)
        nets = tuple(face), tuple(surplus)
        run_slabs(factor_slab, parts, tuple(stencil), plain, ratio, nets, tiny, V, D, amid, (C0, C1, C2, S))
    run_slabs(close_slab, parts, C0, C1, C2, S)
    return VariableStencil(C0, C1, C2, S), V


def _factors(torus: VariableStencil, face: Net, surplus: Net, ratio: tuple[int, int, int]) -> NDArray[np.float64]:
    """What coarse faces of an operator that is the same everywhere are multiplied by, (3,)."""
    whole = np.ones(torus.d.shape, face.first.dtype)
    found, _ = coarse_factors(torus, whole, face, surplus, ratio=ratio)
    plain = stencil_coarsen(torus, ratio)
    return np.array([a.flat[0] / b.flat[0] if b.flat[0] > 0 else 1.0 for a, b in zip(found[:3], plain, strict=False)])
