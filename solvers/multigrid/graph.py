"""Coarse part of multigrid for variable coefficients: clusters within blocks, levels of weighted graphs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph import Indices
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.csr_transfer import prolong_labels
from sciml.solvers.multigrid.graph_bottom import GraphFactor
from sciml.solvers.multigrid.graph_levels import GraphLevel, Ratio, coarsen_graph, first_level

__all__ = ["GraphHierarchy"]

# Coarsening ends at a size the factors at the bottom hardly notice, or where it stalls: blocks of pieces that only
# meet elsewhere do not merge, but then little connects them and factors stay sparse. Where it is theta that
# keeps many apart (coefficients that jump from cell to cell), theta gives way, since factors would fill,
# in three dimensions sooner than in two.
SMALL, LARGE = 500, {True: 4000, False: 30_000}
STALLED = 0.6
WEAKEST = 1e-6


@dataclass(eq=False)
class GraphHierarchy:
    """Everything below the finest level of a box: its cycle is a symmetric operator f -> x.

    Blocks of cells are split into clusters of strongly connected cells, each one coarse unknown, so that
    no unknown stands for two materials or for both sides of a wall; transfers are sums and copies, and
    faces are scaled by how far clusters reach (see `block_clusters`, `block_graph`). Every level below
    is treated alike. To use it, sum the fine residual over each label into `f`, call `cycle`, and add
    ``x[labels]`` where labels are not -1.

    Parameters
    ----------
    ratio : tuple of int
        1 or 2 per kernel axis: cells of a block of the finest level; (1, 1, 1) where nothing can be
        coarsened, then each active cell is a label of its own and `cycle` solves exactly.
    labels : ndarray of int32, shape (n0, n1, n2)
        First coarse unknown of each cell, -1 in inactive cells.
    levels : list of GraphLevel
        From the first coarse one down.
    factor : GraphFactor
        Of the last level.
    omega : float
        Over-relaxation of the SOR sweeps.
    sweeps : int
        Forward sweeps before, backward sweeps after the coarse correction.
    gamma : int
        Visits of the next level in a cycle: 1 is a V-cycle, 2 a W-cycle.

    Examples
    --------
    >>> c0, c1, c2 = np.zeros((3, 1, 1, 4))
    >>> c2[0, 0, :3] = 1.0
    >>> hierarchy = GraphHierarchy.setup(VariableStencil(c0, c1, c2, np.array([[[3.0, 2.0, 2.0, 3.0]]])))
    >>> hierarchy.labels, hierarchy.ratio
    (array([[[0, 0, 1, 1]]], dtype=int32), (1, 1, 2))
    >>> hierarchy.f[:] = 1.0
    >>> hierarchy.cycle()
    array([1., 1.])
    """

    ratio: Ratio
    labels: Indices
    levels: list[GraphLevel]
    factor: GraphFactor
    omega: float
    sweeps: int = 2
    gamma: int = 2

    @classmethod
    def setup(
        cls, stencil: VariableStencil, *, theta: float = 0.03, omega: float | None = None, sweeps: int = 2,
        gamma: int = 2, dtype: DTypeLike = np.float64,
    ) -> "GraphHierarchy":
        """Build the levels of a box.

        Parameters
        ----------
        stencil : VariableStencil of float64, shape (n0, n1, n2)
        theta : float
            Weakest connection within a cluster, relative to the largest face of its cells.
        omega, sweeps, gamma
            See the class; omega defaults to 1.2 on boxes with three axes and 1.15 otherwise.
        dtype : dtype
            Precision of the cycles, float32 or float64. Sweeps over rows are bound by instructions, so
            float32 gains 5 % only, and jumps of 1e6 in the coefficient cost it several times the iterations.
        """
        ratio, labels, level, blocks = first_level(stencil, theta, dtype)
        levels, cubic = [level], min(stencil.d.shape) > 1
        while levels[-1].size > SMALL:
            coarser = coarsen_graph(levels[-1], blocks, theta)
            if coarser is None:
                break
            stalled = coarser[0].size > STALLED * levels[-1].size
            if stalled and coarser[0].size > LARGE[cubic] and theta > WEAKEST:
                theta /= 10
                continue
            levels.append(coarser[0])
            blocks = coarser[1]
            if stalled:
                break
        if omega is None:
            omega = 1.2 if cubic else 1.15
        return cls(ratio, labels, levels, GraphFactor(levels[-1].graph, levels[-1].d), omega, sweeps, gamma)

    @property
    def x(self) -> Array:
        """Correction of the first coarse level, shape (clusters,)."""
        return self.levels[0].x

    @property
    def f(self) -> Array:
        """Right-hand side of the first coarse level, shape (clusters,); to be filled before a cycle."""
        return self.levels[0].f

    def cycle(self, zero: bool = True) -> Array:
        """One multigrid cycle for the first coarse level, in place, from x = 0 or from what `x` holds; returns `x`."""
        self._descend(0, zero)
        return self.x

    def table(self) -> list[tuple[int, int]]:
        """Unknowns and nonzeros of each level, the first coarse one first."""
        return [(level.size, level.size + len(level.graph.columns)) for level in self.levels]

    def _descend(self, depth: int, zero: bool) -> None:
        level = self.levels[depth]
        if depth == len(self.levels) - 1:
            self.factor.solve(level.f, level.x)
            return
        assert level.labels is not None
        coarse = self.levels[depth + 1]
        level.relax(self.omega, self.sweeps, zero=zero)
        level.restrict(coarse.f)
        exact = depth + 2 == len(self.levels)
        for visit in range(1 if exact else self.gamma):
            self._descend(depth + 1, visit == 0)
        prolong_labels(level.labels, coarse.x, level.x)
        level.relax(self.omega, self.sweeps, backward=True)
