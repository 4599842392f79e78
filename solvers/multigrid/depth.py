"""What the faces of a box say about the coarse levels it needs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._stencil import VariableStencil, stencil_wraps
from sciml.kernels.face_statistics import FaceStatistics, face_statistics
from sciml.solvers.multigrid.structured import BOTTOM, BoxHierarchy, Smoothing

__all__ = [
    "ALL_BOXES", "CLUSTERS", "ONE_LEVEL", "ROUGH_FACES", "ROUGH_MASK", "BoxPlan", "box_plan", "boxes_plan",
    "plan_of_jumps",
]

# tests/solvers/test_multigrid_depth.py runs every kind of medium told apart here against what its plan promises.

# With fewer than this share of the faces between active cells open, walls are everywhere; smooth pores leave more.
OPEN_ABOVE = 0.85
# Of all faces of the box, open or not, so many must be open for cells taken out at random to leave most others
# connected: about the threshold at which bonds percolate on a cubic lattice, .249.
CONNECTED_ABOVE = 0.24
# Faces that differ by less than this are harmless whatever their shape.
MILD_CONTRAST = 100.0
# A face that carries at least this share of the mean belongs to what conducts well.
STRONG = 0.5
# Hundredfold jumps within blocks, relative to strong faces, are the surface of what conducts well over its volume:
# inversely proportional to the size of its blobs. Above this one level of boxes no longer resolves them.
THIN = 0.145
# What conducts well is connected through the whole box where more than this share of the faces is strong.
ROUND_ABOUT = 0.5
# So little surface that nothing jumps.
SMOOTH = 0.02
# Jumps, unlike noise, are as often a hundredfold as they are tenfold, less this share.
MOSTLY = 0.7
# So much surface that neighbours hardly know of each other.
ROUGH = 0.3
# Pairs of planes looked at.
PAIRS = 6


class BoxPlan(NamedTuple):
    """How coarse levels begin.

    depth : number of levels that are boxes, at most; clusters below
    gamma : visits of each coarser level
    finest : smoothing of the finest box, None for that of all others
    budget : iterations that cost as much as those through clusters in place of the boxes, set-up included
    """

    depth: int
    gamma: int = 2
    finest: Smoothing | None = None
    budget: int = 20

    def hierarchy(self, stencil: VariableStencil, dtype: DTypeLike, gamma: int | None = None) -> BoxHierarchy:
        """The symmetric hierarchy that begins like this; `gamma` replaces that of the plan."""
        return BoxHierarchy(
            stencil, "constant", dtype, gamma=gamma or self.gamma, depth=self.depth, finest=self.finest
        )


CLUSTERS, ONE_LEVEL, ALL_BOXES = BoxPlan(0), BoxPlan(1), BoxPlan(99)
# Where each cell is a world of its own, the error of a coarse cell, whatever it is made of, is best left to
# the smoother; passes are pipelined, and a further sweep costs a fraction of a residual.
MANY = Smoothing((6, 6), 1.65)
ROUGH_FACES, ROUGH_MASK = BoxPlan(99, 2, MANY, 50), BoxPlan(99, 1, MANY, 50)


def box_plan(stencil: VariableStencil) -> BoxPlan:
    """Whether coarse levels may be boxes, and how many before clusters must take over.

    Boxes cost less than clusters. In a plane, walls and jumps leave no way around them, and
    clusters are needed at once. Where three axes couple, boxes represent pores, obstacles and smooth
    coefficients well; islands that conduct far better than what surrounds them need clusters as soon as
    boxes are as large as the islands. Disorder from cell to cell, in the mask or in the coefficient, is
    too much for clusters as well, and boxes with more sweeps do better.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)

    Examples
    --------
    >>> c = np.ones((16, 16, 16))
    >>> box_plan(VariableStencil(c, c, c, 6.5 * c)) == ALL_BOXES
    True
    """
    faces = face_statistics(stencil)
    fits = all(n % 4 == 0 or not w for n, w in zip(stencil.d.shape, stencil_wraps(stencil), strict=True))
    if not fits or not faces.counts.all() or stencil.d.size <= 8 * BOTTOM:
        return CLUSTERS
    cells, mild = np.count_nonzero(stencil.d), _is_mild(stencil)
    if faces.counts.sum() < OPEN_ABOVE * (3 * cells - cells ** (2 / 3)):
        # between the active cells, were it not for walls: long boxes have few faces of their own
        between = cells * sum(1 - 1 / n for n in stencil.d.shape)
        connected = CONNECTED_ABOVE * 3 * stencil.d.size < faces.counts.sum() < OPEN_ABOVE * between
        return ROUGH_MASK if mild and connected else CLUSTERS
    return ALL_BOXES if mild else _plan_of_jumps(_jumps(stencil, faces))


def boxes_plan(stencil: VariableStencil) -> BoxPlan | None:
    """`box_plan` where there is nothing but boxes; None where they would not do instead of clusters.

    They do in planes and small boxes, which clusters only suit as well, as long as nothing jumps and few walls
    stand between the cells.

    Examples
    --------
    >>> c = np.ones((16, 1, 16))
    >>> boxes_plan(VariableStencil(c, 0 * c, c, 4.5 * c)) == ALL_BOXES
    True
    """
    plan = box_plan(stencil)
    if plan.depth >= ALL_BOXES.depth:
        return plan
    between = np.count_nonzero(stencil.d) * sum(1 - 1 / n for n in stencil.d.shape)
    is_open = face_statistics(stencil).counts.sum() >= OPEN_ABOVE * between
    return ALL_BOXES if is_open and _is_mild(stencil) else None


def plan_of_jumps(stencil: VariableStencil) -> BoxPlan | None:
    """`box_plan` where coefficients jump so that boxes alone will not do; None elsewhere, whatever the mask.

    Examples
    --------
    >>> c = np.ones((16, 16, 16))
    >>> plan_of_jumps(VariableStencil(c, c, c, 6.5 * c)) is None
    True
    """
    plan = None if len(stencil.d) < 2 or _is_mild(stencil) else box_plan(stencil)  # on lines nothing goes round
    return None if plan == ALL_BOXES else plan


class Jumps(NamedTuple):
    """How faces jump, in a sample of planes.

    strong : share of the nonzero faces that carry at least `STRONG` times the mean of their axis
    tenfold, hundredfold : number within blocks that carry so much less than a strong face of one of their cells,
        relative to the number of strong faces
    anywhere : that of hundredfold ones within blocks or between them

    Blocks have 2 x 2 x 2 cells; one coarse unknown passes over what is inside.
    """

    strong: float
    tenfold: float
    hundredfold: float
    anywhere: float


def _plan_of_jumps(jumps: Jumps) -> BoxPlan:
    if jumps.hundredfold < MOSTLY * jumps.tenfold:
        return ROUGH_FACES if jumps.tenfold > ROUGH else ALL_BOXES
    if jumps.anywhere < SMOOTH or jumps.strong > ROUND_ABOUT:
        return ALL_BOXES
    return CLUSTERS if jumps.hundredfold > THIN else ONE_LEVEL


def _sample(stencil: VariableStencil) -> list[int]:
    """The first planes of a few pairs all over the box."""
    pairs = len(stencil.d) // 2
    return [2 * int(pair) for pair in np.unique(np.linspace(0, pairs - 1, PAIRS, dtype=np.int64))]


def _is_mild(stencil: VariableStencil) -> bool:
    """Whether the nonzero faces of each axis differ by at most `MILD_CONTRAST`."""
    for c in stencil[:3]:
        faces = np.stack([c[i : i + 2] for i in _sample(stencil)])
        if faces.max() > MILD_CONTRAST * faces.min(where=faces > 0, initial=np.inf):
            return False
    return True


def _jumps(stencil: VariableStencil, faces: FaceStatistics) -> Jumps:
    nonzero, strong, *jumps = np.sum([_count(stencil, faces.means, i) for i in _sample(stencil)], axis=0)
    return Jumps(strong / max(nonzero, 1), *(jump / max(strong, 1) for jump in jumps))


def _count(stencil: VariableStencil, means: NDArray[np.float64], i: int) -> NDArray[np.int64]:
    """In the planes i, i + 1: nonzero and strong faces; tenfold and hundredfold within blocks; hundredfold anywhere."""
    above = [c[i : i + 2] / mean for c, mean in zip(stencil[:3], means, strict=True)]
    first = np.stack([stencil.c0[i - 1] / means[0], above[0][0]])
    largest = np.maximum.reduce([*above, first, np.roll(above[1], 1, 1), np.roll(above[2], 1, 2)])
    tally = np.zeros(5, np.int64)
    for axis, n in enumerate(largest.shape):
        face = np.moveaxis(above[axis], axis, 0)[: n - 1]
        top = np.moveaxis(largest, axis, 0)
        top = np.maximum(top[:-1], top[1:])
        jump = np.divide(top, face, out=np.zeros_like(top), where=(face > 0) & (top >= STRONG))
        found = face > 0, face >= STRONG, jump[::2] > 10, jump[::2] > 100, jump > 100
        tally += [np.count_nonzero(part) for part in found]
    return tally
