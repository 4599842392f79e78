"""Hierarchy for variable coefficients and obstacles: a box on top, graphs of clusters below."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitMasked
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.colour_layout import split_labels
from sciml.kernels.prolong_sor import prolong_sor
from sciml.kernels.sor_restrict import sor_restrict
from sciml.solvers.multigrid.graph import GraphHierarchy
from sciml.solvers.multigrid.levels import Level, level
from sciml.solvers.multigrid.refine import correction

__all__ = ["ClusterHierarchy"]


class ClusterHierarchy:
    """Red-black sweeps on the box, sums and copies to clusters of strongly connected cells.

    Parameters
    ----------
    stencil : VariableStencil of float64
        Periodic axes of even length; `PlainHierarchy` takes the others.
    dtype : float32 or float64
        Precision of the cycles.
    gamma : int, optional
        Visits of the first graph level in a cycle; the levels below it are visited twice each.
    sweeps : int
        Red-black sweeps before and, in reverse order, after the correction.

    Notes
    -----
    Where the time goes decides the defaults. A third sweep on the box costs little in a pipelined pass. With
    three axes the first graph level costs most of what lies below, so it is visited once with two
    sweeps on either side; with two axes, twice with one sweep.
    """

    def __init__(
        self, stencil: VariableStencil, dtype: DTypeLike = np.float32, *, gamma: int | None = None, sweeps: int = 3
    ) -> None:
        solid = sum(bool(c.any()) for c in stencil[:3]) == 3  # axes that couple: a stack of planes has two
        omega = 1.2 if solid else 1.15
        self.top: Level = level(
            stencil, dtype, omega=omega, sweeps=(sweeps, sweeps), gamma=gamma or (1 if solid else 2)
        )
        self.graph = GraphHierarchy.setup(stencil, omega=omega, sweeps=2 if solid else 1, dtype=np.float64)
        self.labels: NDArray[np.int32] = split_labels(self.graph.labels)

    def cycle(self, zero: bool = True) -> None:
        """One symmetric cycle on the top level, from x = 0 or from what x holds."""
        top = self.top
        assert not isinstance(top.stencil, SplitMasked)  # that of learned cycles
        sor_restrict(
            top.stencil, top.x, top.f, self.graph.f, omega=top.omega, sweeps=top.sweeps[0], zero=zero,
            target=self.labels, periodic=top.wraps[0],
        )
        for visit in range(top.gamma):
            self.graph.cycle(zero=visit == 0)
        prolong_sor(
            top.stencil, top.x, top.f, self.graph.x, omega=top.omega, sweeps=top.sweeps[1], target=self.labels,
            periodic=top.wraps[0],
        )

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """Write z = M r, symmetric positive definite: a cycle from x = 0; r, z of shape (n0, n1, n2)."""
        correction(self, r, z)

    def table(self) -> list[dict[str, object]]:
        """Size and transfer of every level, finest first."""
        first: dict[str, object] = {"shape": list(self.top.shape), "transfer": "clusters", "omega": self.top.omega}
        return [first] + [
            {"unknowns": size, "nonzeros": nonzeros, "transfer": "clusters"} for size, nonzeros in self.graph.table()
        ]
