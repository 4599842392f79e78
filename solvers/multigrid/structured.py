"""Hierarchies of boxes: the geometric one for constant coefficients, the Galerkin one for all."""

from copy import copy
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitMasked
from sciml.kernels._stencil import ConstantStencil, Stencil, VariableStencil, stencil_shape
from sciml.kernels.prolong_sor import prolong_sor
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.stencil_apply.numpy import variable_stencil
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.solvers.multigrid.bottom import Bottom, DenseSolve, PlainSolve, dense_solve
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import coarsen_constant, coarsening, linear_ends, may_halve, two_colours
from sciml.solvers.multigrid.levels import Level, level
from sciml.solvers.multigrid.refine import correction

__all__ = ["BOTTOM", "BoxHierarchy", "Smoothing"]

# A dense solve of this size costs less than the levels it replaces.
BOTTOM = 216
# Cycles through clusters that take its place below linear transfers, which reduce residuals far more in one cycle.
INEXACT = 4

Transfer = Literal["linear", "constant"]


class Smoothing(NamedTuple):
    """Red-black sweeps before and after the coarse correction, and their over-relaxation."""

    sweeps: tuple[int, int]
    omega: float


# By the number of axes coarsened. The pipelined passes make a further sweep cheap beside a residual or an
# interpolation, so several sweeps and the larger omega that suits them win. Along a single axis over-relaxation
# does not pay.
LINEAR = {3: Smoothing((3, 2), 1.3), 2: Smoothing((2, 2), 1.2), 1: Smoothing((3, 2), 1.0)}
CONSTANT = Smoothing((3, 3), 1.2)


class BoxHierarchy:
    """Levels of boxes with a dense solve, or clusters, at the bottom.

    Transfer "linear", for constant operators: rediscretise on twice the spacing, interpolate linearly, sum
    residuals, sweep red-black on both sides of the correction; the fastest reduction, not symmetric. It
    goes on while the axes to coarsen are even. Transfer "constant", for all: coarse operators
    are those of piecewise constant transfers (`stencil_coarsen`), and the cycle is symmetric.
    Where boxes end early, cycles through clusters take the place of the dense solve.

    Parameters
    ----------
    stencil : ConstantStencil or VariableStencil of float64
    transfer : {"linear", "constant"}
    dtype : float32 or float64
        Precision of the cycles.
    gamma : int
        Visits of each coarser level: 1 is a V-, 2 a W-cycle. Linear levels are visited once.
    smoothing : Smoothing, optional
        Sweeps and over-relaxation instead of the defaults of either transfer.
    finest : Smoothing, optional
        The same for the finest level alone.
    depth : int, optional
        Largest number of box levels, with clusters below them.
    """

    def __init__(
        self, stencil: Stencil, transfer: Transfer, dtype: DTypeLike = np.float32, *, gamma: int = 1,
        smoothing: Smoothing | None = None, finest: Smoothing | None = None, depth: int | None = None,
    ) -> None:
        self.levels: list[Level] = []
        while True:
            ratio = coarsening(stencil)
            small = int(np.prod(stencil_shape(stencil))) <= BOTTOM
            if small or max(ratio) == 1 or not two_colours(stencil) or len(self.levels) == depth:
                break
            if transfer == "constant":
                stencil = variable_stencil(stencil)
            elif isinstance(stencil, ConstantStencil) and not may_halve(stencil, ratio):
                break
            usual = smoothing or (CONSTANT if transfer == "constant" else LINEAR[ratio.count(2)])
            chosen = usual if self.levels or finest is None else finest
            here = level(stencil, dtype, omega=chosen.omega, sweeps=chosen.sweeps, gamma=gamma)
            here.ratio = ratio
            if isinstance(stencil, ConstantStencil):
                stencil = coarsen_constant(stencil, ratio)
                here.linear = linear_ends(stencil)
            else:
                assert isinstance(stencil, VariableStencil)
                stencil = stencil_coarsen(stencil, ratio)
            self.levels.append(here)
        self.bottom: Bottom | ClusterHierarchy
        self.bottom_visits = 1
        if small or not two_colours(stencil):
            self.bottom = Bottom.setup(stencil, dtype, dense_solve(stencil) if small else PlainSolve(stencil))
        else:
            self.bottom = ClusterHierarchy(variable_stencil(stencil), dtype)
            self.bottom_visits = gamma if transfer == "constant" else INEXACT

    @property
    def on_device(self) -> "BoxHierarchy | None":
        """The same on the current CUDA device; None with anything but a dense solve at the bottom.

        Sweeps over clusters follow each other row by row.
        """
        if not isinstance(self.bottom, Bottom) or not isinstance(self.bottom.solve, DenseSolve):
            return None
        moved = copy(self)
        moved.levels = [level.to_device() for level in self.levels]
        moved.bottom = Bottom(self.bottom.top.to_device(), self.bottom.solve.to_device())
        return moved

    @property
    def top(self) -> Level:
        """The finest level, whose `f` the caller fills and whose `x` it reads."""
        return self.levels[0] if self.levels else self.bottom.top

    def below(self, k: int) -> Level:
        """The level that level k coarsens to."""
        return self.levels[k + 1] if k + 1 < len(self.levels) else self.bottom.top

    def cycle(self, zero: bool = True, k: int = 0) -> None:
        """One cycle on level k (the finest is 0), from x = 0 or from what x holds."""
        if k == len(self.levels):
            self.bottom.cycle(zero)
            return
        here, below = self.levels[k], self.below(k)
        assert not isinstance(here.stencil, SplitMasked)  # that of learned cycles
        sor_restrict(
            here.stencil, here.x, here.f, below.f, omega=here.omega, sweeps=here.sweeps[0], zero=zero,
            target=here.ratio, periodic=here.wraps[0],
        )
        visits = here.gamma if k + 1 < len(self.levels) else self.bottom_visits
        for visit in range(visits):
            self.cycle(visit == 0, k + 1)
        prolong_sor(
            here.stencil, here.x, here.f, below.x, n2=here.shape[2], omega=here.omega, sweeps=here.sweeps[1],
            first=0 if here.linear else 1, target=here.ratio, linear=here.linear, periodic=here.wraps[0],
        )

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r: a cycle from x = 0; r, z of shape (n0, n1, n2)."""
        correction(self, r, z)

    def table(self) -> list[dict[str, object]]:
        """Shape, transfer and sweeps of every level, finest first."""
        rows: list[dict[str, object]] = [
            {
                "shape": list(here.shape), "transfer": "linear" if here.linear else "constant",
                "sweeps": list(here.sweeps), "omega": here.omega, "coarsen": list(here.ratio),
            }
            for here in self.levels
        ]
        return rows + self.bottom.table()
