"""Full multigrid: every level starts from the solution of the next coarser one."""

from copy import copy

import numpy as np

from sciml.kernels._stencil import Array, ConstantStencil
from sciml.kernels.cubic_prolong import cubic_prolong
from sciml.kernels.sum_children import sum_children
from sciml.solvers.multigrid.coarsen import source_ends
from sciml.solvers.multigrid.levels import Level
from sciml.solvers.multigrid.structured import BoxHierarchy

__all__ = ["FullMultigrid"]


class FullMultigrid:
    """A hierarchy whose first cycle is a full multigrid pass; the later ones are its own.

    The pass sums f over children down to the coarsest box, solves there, and on the way up
    interpolates the solution cubically and does one cycle a level. For smooth data the error it
    leaves is a small part of the discretisation error.

    Parameters
    ----------
    hierarchy : BoxHierarchy
        With transfer "linear".

    Attributes
    ----------
    discretisation_error : float or None
        Relative l2 error of the discrete solution as the last pass estimates it; None without levels.
    """

    def __init__(self, hierarchy: BoxHierarchy) -> None:
        self.hierarchy = hierarchy
        stencils = [here.stencil for here in hierarchy.levels]
        self.ends = [source_ends(stencil) for stencil in stencils if isinstance(stencil, ConstantStencil)]
        self.discretisation_error: float | None = None
        self._passed = False

    @property
    def on_device(self) -> "FullMultigrid | None":
        """The same on the current CUDA device; None with anything but a dense solve at the bottom."""
        hierarchy = self.hierarchy.on_device
        if hierarchy is None:
            return None
        moved = copy(self)
        moved.hierarchy = hierarchy
        return moved

    @property
    def top(self) -> Level:
        """The finest level."""
        return self.hierarchy.top

    def restart(self) -> "FullMultigrid":
        """Make the next cycle a full pass again."""
        self._passed = False
        return self

    def cycle(self, zero: bool = True) -> None:
        """The full pass the first time, then one cycle on the finest level."""
        if self._passed:
            self.hierarchy.cycle(zero)
        else:
            self._passed = True
            self._descend()
            self._climb()

    def _descend(self) -> None:
        for k, here in enumerate(self.hierarchy.levels):
            sum_children(here.f, self.hierarchy.below(k).f, here.shape[2], self.ends[k], here.ratio)

    def _climb(self) -> None:
        # A cycle overwrites f of the levels below it only, which by then has been used.
        depth = len(self.hierarchy.levels)
        self.hierarchy.cycle(k=depth)
        for k in reversed(range(depth)):
            here = self.hierarchy.levels[k]
            cubic_prolong(self.hierarchy.below(k).x, here.x, here.shape[2], here.ratio, here.wraps)
            start = here.x.copy() if k == min(1, depth - 1) else None
            self.hierarchy.cycle(False, k)
            if start is not None:
                self.discretisation_error = _estimate(start, here.x, k)


def _estimate(start: Array, x: Array, k: int) -> float:
    """Discretisation error on the finest level from the change that level k made.

    Errors are quartered from level to level: with e that of level k, the interpolated
    solution moves by 4 e - e = 3 e, and e is 4^k times the error on the finest level.
    """
    size = float(np.linalg.norm(x))
    return float(np.linalg.norm(x - start)) / (3 * 4**k * size) if size > 0 else 0.0
