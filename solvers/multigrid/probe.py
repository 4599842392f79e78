"""Whether coarse boxes represent an operator well enough, from its faces and by trying."""

from math import sqrt

import numpy as np

from sciml.kernels._stencil import VariableStencil, stencil_wraps
from sciml.kernels.face_statistics import face_statistics
from sciml.kernels.stencil_apply import stencil_apply
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.solvers.multigrid.coarsen import coarsening
from sciml.solvers.multigrid.structured import BOTTOM, BoxHierarchy

__all__ = ["box_rate", "boxes_suffice"]

# Measured in three dimensions over jumps of either sign, layers, checkers, white noise, pores, obstacles and random
# cells, at 64^3 to 128^3. With fewer than this share of faces open (single cells taken out at random: .5 to .7)
# boxes take 8 to 30 iterations, above it (pores and obstacles: .9 and more) at most 7.
OPEN_ABOVE = 0.85
# Coefficients that differ by less than this are harmless whatever their shape (at most 8 iterations).
MILD_CONTRAST = 100.0
# Others take at most 8 iterations where the rate is below .15, and 8 to 40 where it is .3 and more.
RATE_BELOW = 0.2


def boxes_suffice(stencil: VariableStencil) -> bool:
    """Whether a hierarchy of boxes will take hardly more iterations than one of clusters, at a third of the cost.

    Only where three axes couple: in a plane, walls and jumps leave no way around them and clusters win.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    """
    faces = face_statistics(stencil)
    fits = all(n % 4 == 0 or not w for n, w in zip(stencil.d.shape, stencil_wraps(stencil), strict=True))
    if not fits or not faces.counts.all() or stencil.d.size <= 8 * BOTTOM:
        return False
    cells = np.count_nonzero(stencil.d)
    if faces.counts.sum() < OPEN_ABOVE * (3 * cells - cells ** (2 / 3)):
        return False
    return bool((faces.highs <= MILD_CONTRAST * faces.lows).all()) or box_rate(stencil) <= RATE_BELOW


def box_rate(stencil: VariableStencil) -> float:
    """Reduction of the error's energy norm by a cycle through boxes, on the first coarser level.

    Islands that conduct far better than what surrounds them are what boxes cannot represent. No local
    measure tells an island from a hole, so a random error is put through four cycles, one level down,
    where that costs an eighth. What the last two do is the answer.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
        Periodic axes whose halves have even length.

    Examples
    --------
    >>> c = np.ones((8, 8, 8))
    >>> box_rate(VariableStencil(c, c, c, 6.5 * c)) < 0.2
    True
    """
    coarse = stencil_coarsen(stencil, coarsening(stencil))
    hierarchy = BoxHierarchy(coarse, "constant", gamma=2)
    e = np.random.default_rng(0).standard_normal(coarse.d.shape)
    e[coarse.d <= 0] = 0.0
    Ae, z = np.empty_like(e), np.empty_like(e)
    energies = []
    for _ in range(5):
        stencil_apply(coarse, e, out=Ae)
        energies.append(float(np.vdot(e, Ae)))
        hierarchy.apply(Ae, z)
        e -= z
    if not energies[2] > 0:
        return 0.0
    return sqrt(sqrt(max(energies[4], 0.0) / energies[2]))
