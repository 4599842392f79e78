"""Which axes to coarsen, and constant stencils on coarser boxes."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import ConstantStencil, Stencil, stencil_shape, stencil_wraps
from sciml.kernels.face_statistics import FaceStatistics, face_statistics
from sciml.kernels.prolong_sor import Linear
from sciml.solvers.multigrid.levels import Ratio

__all__ = ["coarsen_constant", "coarsening", "halves", "linear_ends", "may_halve", "source_ends", "two_colours"]

# Axes coupled less than this fraction of the strongest are left fine: a point smoother does
# nothing for errors that are rough along them.
WEAK = 0.25


def coarsening(stencil: Stencil, statistics: FaceStatistics | None = None) -> Ratio:
    """2 for every axis to coarsen, 1 for the others; (1, 1, 1) when nothing is left to coarsen.

    An axis is coarsened when its mean conductance is at least `WEAK` times the largest
    (semicoarsening, the idea of hypre's PFMG). `statistics` are those of its faces, if they are known already.
    """
    means = stencil.c if isinstance(stencil, ConstantStencil) else (statistics or face_statistics(stencil)).means
    strength = np.where(np.array(stencil_shape(stencil)) > 1, means, 0.0)
    r0, r1, r2 = (2 if s > 0 and s >= WEAK * strength.max() else 1 for s in strength)
    return r0, r1, r2


def may_halve(stencil: ConstantStencil, ratio: Ratio) -> bool:
    """Whether every axis to coarsen has even length, so that coarse cells are pairs of fine ones."""
    return all(n % 2 == 0 for n, r in zip(stencil_shape(stencil), ratio, strict=True) if r == 2)


def halves(stencil: ConstantStencil) -> bool:
    """Whether the box has a coarser one of the same kind: an axis to coarsen, of even length, and two colours."""
    ratio = coarsening(stencil)
    return max(ratio) > 1 and two_colours(stencil) and may_halve(stencil, ratio)


def two_colours(stencil: Stencil) -> bool:
    """Whether red-black sweeps fit: every periodic axis has even length."""
    return all(n % 2 == 0 or not w for n, w in zip(stencil_shape(stencil), stencil_wraps(stencil), strict=True))


def coarsen_constant(stencil: ConstantStencil, ratio: Ratio) -> ConstantStencil:
    """The operator of the coarse box itself, times the number of children (as summed residuals need).

    With m children, a conductance becomes m/4 of itself along a coarsened axis and m times itself along
    others. An end of conductance s has its boundary at the distance delta = c / s (in spacings)
    from the first centre: delta = 1/2 for a face value, more for robin, infinity for zero flux. On twice
    the spacing it is 1/2 + (delta - 1/2) / 2, measured from the coarse centre.
    """
    children = ratio[0] * ratio[1] * ratio[2]
    c, wrap, diagonals = np.zeros(3), np.zeros(3), []
    for axis, (n, r) in enumerate(zip(stencil_shape(stencil), ratio, strict=True)):
        fine = float(stencil.c[axis])
        below, above, shift = _ends(stencil, axis)
        scale = children / 4 if r == 2 else children
        c[axis] = scale * fine if n // r > 1 else 0.0
        wrap[axis] = scale * float(stencil.wrap[axis]) if n // r > 1 else 0.0
        ends = [_coarse_end(s, fine) if r == 2 else s for s in (below, above)]
        d = np.full(n // r, 2 * c[axis] + children * shift)
        if not wrap[axis]:
            d[0] += scale * ends[0] - c[axis]
            d[-1] += scale * ends[1] - c[axis]
        diagonals.append(d)
    return ConstantStencil(c, wrap, *diagonals)


def _coarse_end(s: float, c: float) -> float:
    return 0.0 if s <= 0 else c / (0.5 + (c / s - 0.5) / 2)


def _ends(stencil: ConstantStencil, axis: int) -> tuple[float, float, float]:
    # End conductances below and above, and what every cell carries; an axis of one or two cells
    # cannot tell them apart and counts everything as ends.
    d = np.asarray(stencil[2 + axis], dtype=np.float64)
    c, wrap = float(stencil.c[axis]), float(stencil.wrap[axis])
    shift = float(d[len(d) // 2]) - 2 * c if len(d) > 2 else 0.0
    if wrap:
        return 0.0, 0.0, shift if len(d) > 2 else float(d[0]) - 2 * c
    if len(d) == 1:
        return float(d[0]) / 2, float(d[0]) / 2, 0.0
    return max(float(d[0]) - c - shift, 0.0), max(float(d[-1]) - c - shift, 0.0), shift


def linear_ends(stencil: ConstantStencil) -> Linear:
    """Ghost values of the coarse box `stencil`, as multiples of the cell at the end.

    The correction vanishes at the distance delta = c / s beyond the first centre; continued linearly
    it is 1 - 1/delta = 1 - s / c times the first value one spacing out: -1 on a face, 1 for zero flux.
    """
    ends: NDArray[np.float64] = np.ones((3, 2))
    for axis in range(3):
        c = float(stencil.c[axis])
        below, above, _ = _ends(stencil, axis)
        if c == 0:  # one cell: only the ratio of its ends to what the fine spacing had would tell
            ends[axis] = [-1.0 if below > 0 else 1.0, -1.0 if above > 0 else 1.0]
        else:
            ends[axis] = [1 - below / c, 1 - above / c]
    return Linear(ends, stencil_wraps(stencil))


def source_ends(stencil: ConstantStencil) -> NDArray[np.float64]:
    """What a source in the cell at an end counts for its parent, shape (3, 2).

    Boundary values are such sources. The solution falls to zero at the distance delta = c / s beyond
    the first centre, and further in a source acts by its strength times its distance from there:
    delta for the cell and delta + 1/2 for its parent, which therefore gets their ratio of it.
    """
    ends = np.ones((3, 2))
    for axis in range(3):
        c = float(stencil.c[axis])
        for side, s in enumerate(_ends(stencil, axis)[:2]):
            ends[axis, side] = c / (c + 0.5 * s) if c > 0 else 1.0
    return ends
