"""Boxes all the way down: every cell with its own relaxation and share, and coarse faces as networks say."""

from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml._arrays import to_device
from sciml.kernels._colour import SplitMasked, SplitVariable, SplitWeights
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.cell_weights import Scale, cell_weights
from sciml.kernels.coarse_factors import coarse_factors
from sciml.kernels.colour_layout import split_masked
from sciml.kernels.face_statistics import face_statistics
from sciml.kernels.plain_cells import plain_cells
from sciml.kernels.prolong_sor import prolong_sor
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.kernels.weighted_prolong import weighted_prolong
from sciml.kernels.weighted_restrict import weighted_restrict
from sciml.solvers.learned.weights import Weights
from sciml.solvers.multigrid.bottom import Bottom, DenseSolve, PlainSolve, dense_solve
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import coarsening, two_colours
from sciml.solvers.multigrid.levels import Level, Ratio, level
from sciml.solvers.multigrid.refine import correction
from sciml.solvers.multigrid.structured import BOTTOM

__all__ = ["LearnedHierarchy", "look", "relaxation_step"]


NONE: NDArray[np.float64] = np.empty((0, 0, 0))


def relaxation_step(omega: float) -> float:
    """What one unit of a byte adds to a relaxation: 127 of them, or -127, stay within (0, 2).

    Examples
    --------
    >>> 1.2 + 127 * relaxation_step(1.2) < 2
    True
    """
    return 0.99 * (2 - omega) / 127


class Looked(NamedTuple):
    """What networks make of a level: the weights of its cells, None for the classical ones, and the level below."""

    weights: SplitWeights | None
    stencil: VariableStencil
    volume: NDArray[np.floating]


def look(
    stencil: VariableStencil, volume: NDArray[np.floating], weights: Weights, k: int, ratio: Ratio, dtype: DTypeLike,
    largest: NDArray[np.float64],
) -> Looked:
    """Evaluate the networks of level k, the finest being 0, whose largest faces along each axis are given.

    volume : of size 0 when active cells are whole
    """
    cell, child, face, surplus = (weights.net(kind, k) for kind in ("cell", "child", "face", "surplus"))
    volume = np.asarray(volume, dtype)
    classical = cell.is_zero and child.is_zero
    if classical and face.is_zero and surplus.is_zero:
        return Looked(None, stencil_coarsen(stencil, ratio), volume)
    shares = tuple(largest / (2 * largest.sum() or 1.0))
    plain = plain_cells(stencil, volume, shares)
    found = None if classical else cell_weights(
        stencil, volume, cell.padded(dtype), child.padded(dtype), Scale(weights.omega, relaxation_step(weights.omega)),
        ratio=ratio, plain=plain, shares=shares,
    )
    below, volume = coarse_factors(
        stencil, volume, face.padded(dtype), surplus.padded(dtype), ratio=ratio, plain=plain, shares=shares
    )
    return Looked(found, below, volume)


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
    masked : bool
        Whether one conductance an axis over a mask may be stored as one array, which kernels of the CPU know.

    Notes
    -----
    Levels whose networks are all zero run the kernels of the classical cycle, so that with `zero_weights` nothing
    differs from ``BoxHierarchy(stencil, "constant", gamma=1)`` with as many sweeps and the same relaxation.
    """

    def __init__(
        self, stencil: VariableStencil, weights: Weights, dtype: DTypeLike = np.float32, *, masked: bool = True
    ) -> None:
        self.levels: list[Level] = []
        self.weights: list[SplitWeights | None] = []
        volume: NDArray[np.floating] = NONE
        while True:
            faces = face_statistics(stencil)
            ratio = coarsening(stencil, faces)
            small = stencil.d.size <= BOTTOM
            if small or max(ratio) == 1 or not two_colours(stencil):
                break
            found, below, volume = look(stencil, volume, weights, len(self.levels), ratio, dtype, faces.largest)
            sweeps = weights.sweeps, weights.sweeps
            mask = None
            if masked and found is not None and not self.levels:  # coarse faces differ
                mask = split_masked(stencil, tuple(faces.largest), dtype)
            here = level(stencil, dtype, omega=weights.omega, sweeps=sweeps, gamma=1, split=mask)
            here.ratio, stencil = ratio, below
            self.levels.append(here)
            self.weights.append(found)
        self.bottom: Bottom | ClusterHierarchy
        if small or not two_colours(stencil):
            self.bottom = Bottom.setup(stencil, dtype, dense_solve(stencil) if small else PlainSolve(stencil))
        else:
            self.bottom = ClusterHierarchy(stencil, dtype)

    @property
    def on_device(self) -> "LearnedHierarchy | None":
        """The same on the current CUDA device, set up without `masked`; None with anything but a dense solve below."""
        if not isinstance(self.bottom, Bottom) or not isinstance(self.bottom.solve, DenseSolve):
            return None
        moved = copy(self)
        moved.levels = [level.to_device() for level in self.levels]
        moved.weights = [to_device(weights) for weights in self.weights]
        moved.bottom = Bottom(self.bottom.top.to_device(), self.bottom.solve.to_device())
        return moved

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
        if weights is not None:
            assert isinstance(stencil, SplitVariable | SplitMasked)
            weighted_restrict(stencil, weights, x, f, below.f, ratio=here.ratio, periodic=here.wraps[0])
        else:
            assert not isinstance(stencil, SplitMasked)
            sor_restrict(
                stencil, x, f, below.f, omega=here.omega, sweeps=here.sweeps[0], zero=True, target=here.ratio,
                periodic=here.wraps[0],
            )

    def _up(self, here: Level, weights: SplitWeights | None, below: Level) -> None:
        stencil, x, f, n2 = here.stencil, here.x, here.f, here.shape[2]
        if weights is not None:
            assert isinstance(stencil, SplitVariable | SplitMasked)
            weighted_prolong(stencil, weights, x, f, below.x, n2=n2, ratio=here.ratio, periodic=here.wraps[0])
        else:
            assert not isinstance(stencil, SplitMasked)
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
