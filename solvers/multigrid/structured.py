"""Hierarchies of boxes: the geometric one for constant coefficients, the Galerkin one for all."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._stencil import ConstantStencil, Stencil, VariableStencil, stencil_shape, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.prolong_sor import prolong_sor
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.kernels.stencil_apply.numpy import variable_stencil
from sciml.solvers.multigrid.bottom import dense_matrix, pseudo_inverse
from sciml.solvers.multigrid.coarsen import coarsen_constant, coarsening, linear_ends, may_halve
from sciml.solvers.multigrid.levels import Level, level

__all__ = ["BoxHierarchy", "Smoothing"]

# A dense solve of this size costs less than the levels it replaces.
BOTTOM = 216

Transfer = Literal["linear", "constant"]


class Smoothing(NamedTuple):
    """Red-black sweeps before and after the coarse correction, and their over-relaxation."""

    sweeps: tuple[int, int]
    omega: float


# The pipelined passes make a further sweep cheap (a third of a residual or an interpolation), so
# several sweeps and the larger omega that suits them win: residuals fall by .006 a cycle in three
# dimensions and by .023 in two, against .062 with one sweep on either side and its best omega.
LINEAR = {True: Smoothing((3, 2), 1.3), False: Smoothing((2, 2), 1.2)}
CONSTANT = Smoothing((2, 2), 1.15)


class BoxHierarchy:
    """Levels of boxes with a dense solve at the bottom.

    While the operator is constant and the axes to coarsen are even, transfer "linear"
    rediscretises it on twice the spacing, interpolates linearly, sums residuals, and sweeps red-black on
    both sides of the correction: the fastest reduction, not symmetric. Below that, and with transfer "constant", coarse operators are those
    of piecewise constant transfers (`stencil_coarsen`), and the cycle is symmetric.

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
    """

    def __init__(
        self, stencil: Stencil, transfer: Transfer, dtype: DTypeLike = np.float32, *, gamma: int = 1,
        smoothing: Smoothing | None = None,
    ) -> None:
        self.levels: list[Level] = []
        geometric_smoothing = smoothing or LINEAR[sum(n > 1 for n in stencil_shape(stencil)) > 2]
        while True:
            ratio = coarsening(stencil)
            if int(np.prod(stencil_shape(stencil))) <= BOTTOM or max(ratio) == 1 or not _two_colours(stencil):
                break
            geometric = transfer == "linear" and isinstance(stencil, ConstantStencil) and may_halve(stencil, ratio)
            if not geometric:
                stencil = variable_stencil(stencil)
            sweeps, omega = geometric_smoothing if geometric else smoothing or CONSTANT
            here = level(stencil, dtype, omega=omega, sweeps=sweeps, gamma=1 if geometric else gamma)
            here.ratio = ratio
            if isinstance(stencil, ConstantStencil):
                stencil = coarsen_constant(stencil, ratio)
                here.linear = linear_ends(stencil)
            else:
                assert isinstance(stencil, VariableStencil)
                stencil = stencil_coarsen(stencil, ratio)
            self.levels.append(here)
        self.bottom = level(stencil, dtype, omega=1.0, sweeps=(0, 0), gamma=1)
        self.inverse = pseudo_inverse(dense_matrix(stencil)).astype(dtype)

    @property
    def top(self) -> Level:
        """The finest level, whose `f` the caller fills and whose `x` it reads."""
        return self.levels[0] if self.levels else self.bottom

    def cycle(self, zero: bool = True) -> None:
        """One cycle on the top level, from x = 0 or from what x holds."""
        self._cycle(0, zero)

    def _cycle(self, k: int, zero: bool) -> None:
        if k == len(self.levels):
            self._solve_bottom()
            return
        here = self.levels[k]
        below = self.levels[k + 1] if k + 1 < len(self.levels) else self.bottom
        sor_restrict(
            here.stencil, here.x, here.f, below.f, omega=here.omega, sweeps=here.sweeps[0], zero=zero,
            target=here.ratio, periodic=here.wraps[0],
        )
        visits = here.gamma if k + 1 < len(self.levels) else 1
        for visit in range(visits):
            self._cycle(k + 1, zero=visit == 0)
        prolong_sor(
            here.stencil, here.x, here.f, below.x, n2=here.shape[2], omega=here.omega, sweeps=here.sweeps[1],
            first=0 if here.linear else 1, target=here.ratio, linear=here.linear, periodic=here.wraps[0],
        )

    def _solve_bottom(self) -> None:
        box: NDArray[np.floating] = np.empty(self.bottom.shape, self.inverse.dtype)
        colour_merge(self.bottom.f, box)
        colour_split((self.inverse @ box.ravel()).reshape(box.shape), self.bottom.x)

    def table(self) -> list[dict[str, object]]:
        """Shape, transfer and sweeps of every level, finest first."""
        rows: list[dict[str, object]] = [
            {
                "shape": list(here.shape), "transfer": "linear" if here.linear else "constant",
                "sweeps": list(here.sweeps), "omega": here.omega, "coarsen": list(here.ratio),
            }
            for here in self.levels
        ]
        return [*rows, {"shape": list(self.bottom.shape), "transfer": "dense solve"}]


def _two_colours(stencil: Stencil) -> bool:
    # Red-black sweeps need an even number of cells around a periodic axis.
    return all(n % 2 == 0 or not w for n, w in zip(stencil_shape(stencil), stencil_wraps(stencil), strict=True))
