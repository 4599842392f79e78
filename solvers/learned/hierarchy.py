"""Boxes all the way down: every cell with its own relaxation and share, and coarse faces as networks say."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitVariable, SplitWeights
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.colour_layout import split_bytes
from sciml.kernels.prolong_sor import prolong_sor
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.stencil_coarsen.numba import close_slab, coarsen_slab
from sciml.kernels.weighted_prolong import weighted_prolong
from sciml.kernels.weighted_restrict import weighted_restrict
from sciml.solvers.learned.features import (
    Faces,
    block_sums,
    cell_features,
    child_features,
    face_features,
    surplus_features,
)
from sciml.solvers.learned.weights import Weights
from sciml.solvers.multigrid.bottom import Bottom, PlainSolve, dense_solve
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import coarsening, two_colours
from sciml.solvers.multigrid.levels import Level, Ratio, level
from sciml.solvers.multigrid.refine import correction
from sciml.solvers.multigrid.structured import BOTTOM

__all__ = ["Bytes", "LearnedHierarchy", "coarsened", "deviations", "faces_of", "relaxation_step"]


class Bytes(NamedTuple):
    """Deviations of the cells of a box from the classical cycle, in natural order (see `SplitWeights`).

    omega : (sweeps, n0, n1, n2) int8
    scale : (n0, n1, n2) int8
    """

    omega: NDArray[np.int8]
    scale: NDArray[np.int8]


def relaxation_step(omega: float) -> float:
    """What one unit of a byte adds to a relaxation: 127 of them, or -127, stay within (0, 2).

    Examples
    --------
    >>> 1.2 + 127 * relaxation_step(1.2) < 2
    True
    """
    return 0.99 * (2 - omega) / 127


def faces_of(stencil: VariableStencil) -> Faces:
    """The finest level as features see it; rounding in the diagonal counts as no surplus."""
    c0, c1, c2, d = (np.asarray(part, np.float64) for part in stencil)
    faces = Faces((c0, c1, c2), d, (d > 0).astype(np.float64))
    surplus = d - sum(faces.around)
    return faces._replace(s=np.where(surplus > 1e-13 * d, surplus, 0.0))


def deviations(fine: Faces, weights: Weights, k: int, ratio: Ratio) -> Bytes | None:
    """What the networks of level k make of each cell; None where they are all zero.

    A factor e turns the relaxation omega into 2 omega e / (2 - omega + omega e), which is between 0 and 2, and the
    share 1 into 2 e / (1 + e).
    """
    cell, child = weights.net("cell", k), weights.net("child", k)
    if cell.is_zero and child.is_zero:
        return None
    omega = weights.omega
    e = np.exp(cell(cell_features(fine)))
    relaxed = 2 * omega * e / ((2 - omega) + omega * e)
    q = np.rint((relaxed - omega) / relaxation_step(omega))
    e = np.exp(child(child_features(fine, ratio))[..., 0])
    share = np.rint(128 * (2 * e / (1 + e) - 1))
    return Bytes(_bytes(np.moveaxis(q, -1, 0)), _bytes(share))


def _bytes(values: NDArray[np.floating]) -> NDArray[np.int8]:
    return np.ascontiguousarray(np.clip(values, -127, 127).astype(np.int8))


def coarsened(fine: Faces, stencil: VariableStencil, weights: Weights, k: int, ratio: Ratio) -> Faces:
    """The coarse level below level k: faces and surplus of piecewise constant transfers times what networks answer."""
    coarse = _sums(fine, stencil, ratio)
    face, surplus = weights.net("face", k), weights.net("surplus", k)
    c0, c1, c2 = (
        coarse.c[axis] if face.is_zero
        else coarse.c[axis] * np.exp(face(face_features(fine, coarse, axis, ratio))[..., 0])
        for axis in range(3)
    )
    s = coarse.s if surplus.is_zero else coarse.s * np.exp(surplus(surplus_features(fine, coarse, ratio))[..., 0])
    return coarse._replace(c=(c0, c1, c2), s=s)


def _sums(fine: Faces, stencil: VariableStencil, ratio: Ratio) -> Faces:
    """Like `coarse_faces`, added up in the order of the classical coarse operator."""
    volume = block_sums(fine.volume, ratio) / (ratio[0] * ratio[1] * ratio[2])
    c0, c1, c2, s = (np.empty(volume.shape) for _ in range(4))
    run_slabs(coarsen_slab, slabs(len(s), stencil.d.size), *stencil, ratio, c0, c1, c2, s)
    for axis, c in enumerate((c0, c1, c2)):
        if c.shape[axis] == 1:
            c[...] = 0
    return Faces((c0, c1, c2), s, volume)


def _stencil(faces: Faces) -> VariableStencil:
    """With the diagonal in the order of operations of the classical coarse operator."""
    d = faces.s.copy()
    run_slabs(close_slab, slabs(len(d), d.size), *faces.c, d)
    return VariableStencil(*faces.c, d)


def _split(given: Bytes, omega: float) -> SplitWeights:
    omegas = np.stack([split_bytes(one) for one in given.omega])
    return SplitWeights(omegas, split_bytes(given.scale), omega, relaxation_step(omega))


class LearnedHierarchy:
    """The classical V-cycle of boxes with the deviations that networks see fit for the operator.

    Symmetric and positive definite whatever the weights: see `DCDM`.

    Parameters
    ----------
    stencil : VariableStencil of float64
        Periodic axes of even length.
    weights : Weights
    dtype : float32 or float64
        Precision of the cycles.

    Notes
    -----
    Levels whose networks are all zero run the kernels of the classical cycle, so that with `zero_weights` nothing
    differs from ``BoxHierarchy(stencil, "constant", gamma=1)`` with as many sweeps and the same relaxation.
    """

    def __init__(self, stencil: VariableStencil, weights: Weights, dtype: DTypeLike = np.float32) -> None:
        self.levels: list[Level] = []
        self.weights: list[SplitWeights | None] = []
        faces = faces_of(stencil)
        while True:
            ratio = coarsening(stencil)
            small = stencil.d.size <= BOTTOM
            if small or max(ratio) == 1 or not two_colours(stencil):
                break
            k, sweeps = len(self.levels), (weights.sweeps, weights.sweeps)
            here = level(stencil, dtype, omega=weights.omega, sweeps=sweeps, gamma=1)
            here.ratio = ratio
            found = deviations(faces, weights, k, ratio)
            self.levels.append(here)
            self.weights.append(None if found is None else _split(found, weights.omega))
            faces = coarsened(faces, stencil, weights, k, ratio)
            stencil = _stencil(faces)
        self.bottom: Bottom | ClusterHierarchy
        if small or not two_colours(stencil):
            self.bottom = Bottom.setup(stencil, dtype, dense_solve(stencil) if small else PlainSolve(stencil))
        else:
            self.bottom = ClusterHierarchy(stencil, dtype)

    @property
    def top(self) -> Level:
        """The finest level, whose `f` the caller fills and whose `x` it reads."""
        return self.levels[0] if self.levels else self.bottom.top

    def cycle(self, zero: bool = True, k: int = 0) -> None:
        """One V-cycle on level k (the finest is 0) from x = 0."""
        if k == len(self.levels):
            self.bottom.cycle()
            return
        here = self.levels[k]
        below = self.levels[k + 1] if k + 1 < len(self.levels) else self.bottom.top
        self._down(here, self.weights[k], below)
        self.cycle(k=k + 1)
        self._up(here, self.weights[k], below)

    def _down(self, here: Level, weights: SplitWeights | None, below: Level) -> None:
        stencil, x, f = here.stencil, here.x, here.f
        assert isinstance(stencil, SplitVariable)
        if weights is not None:
            weighted_restrict(stencil, weights, x, f, below.f, ratio=here.ratio, periodic=here.wraps[0])
        else:
            sor_restrict(
                stencil, x, f, below.f, omega=here.omega, sweeps=here.sweeps[0], zero=True, target=here.ratio,
                periodic=here.wraps[0],
            )

    def _up(self, here: Level, weights: SplitWeights | None, below: Level) -> None:
        stencil, x, f, n2 = here.stencil, here.x, here.f, here.shape[2]
        assert isinstance(stencil, SplitVariable)
        if weights is not None:
            weighted_prolong(stencil, weights, x, f, below.x, n2=n2, ratio=here.ratio, periodic=here.wraps[0])
        else:
            prolong_sor(
                stencil, x, f, below.x, n2=n2, omega=here.omega, sweeps=here.sweeps[1], target=here.ratio,
                periodic=here.wraps[0],
            )

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r; r, z of shape (n0, n1, n2)."""
        correction(self, r, z)

    def table(self) -> list[dict[str, object]]:
        """Shape, sweeps and relaxation of every level, finest first."""
        rows: list[dict[str, object]] = [
            {
                "shape": list(here.shape), "transfer": "constant" if weights is None else "learned",
                "sweeps": list(here.sweeps), "omega": here.omega, "coarsen": list(here.ratio),
            }
            for here, weights in zip(self.levels, self.weights, strict=True)
        ]
        return rows + self.bottom.table()
