"""What the faces of a box say about the coarse levels it needs."""


import numpy as np

from sciml.kernels._stencil import VariableStencil, stencil_wraps
from sciml.kernels.face_statistics import face_statistics
from sciml.solvers.multigrid.structured import BOTTOM

__all__ = ["ALL_BOXES", "box_depth"]

ALL_BOXES = 99

# Measured in three dimensions over jumps of either sign, layers, checkers, white noise, pores, obstacles and random
# cells, at 64^3 to 128^3. With fewer than this share of faces open (single cells taken out at random: .5 to .7)
# boxes take 8 to 30 iterations, above it (pores and obstacles: .9 and more) at most 7.
OPEN_ABOVE = 0.85
# Coefficients that differ by less than this are harmless whatever their shape: at most 8 iterations through boxes.
MILD_CONTRAST = 100.0


def box_depth(stencil: VariableStencil) -> int:
    """How many levels may be boxes before clusters must take over: none, one, or `ALL_BOXES`.

    A level of boxes costs a third of one of clusters. In a plane, walls and jumps leave no way around them, and
    clusters are needed at once. Where three axes couple, boxes represent pores, obstacles and mild
    coefficients well; islands that conduct far better than what surrounds them outlast one level of
    boxes, until the boxes are as large as the islands.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)

    Examples
    --------
    >>> c = np.ones((16, 16, 16))
    >>> box_depth(VariableStencil(c, c, c, 6.5 * c)) == ALL_BOXES
    True
    """
    faces = face_statistics(stencil)
    fits = all(n % 4 == 0 or not w for n, w in zip(stencil.d.shape, stencil_wraps(stencil), strict=True))
    if not fits or not faces.counts.all() or stencil.d.size <= 8 * BOTTOM:
        return 0
    cells = np.count_nonzero(stencil.d)
    if faces.counts.sum() < OPEN_ABOVE * (3 * cells - cells ** (2 / 3)):
        return 0
    return ALL_BOXES if bool((faces.highs <= MILD_CONTRAST * faces.lows).all()) else 1
