"""Periodic axes of odd length under red-black sweeps: the faces that wrap around couple cells of one colour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._colour import SplitVariable
from sciml.solvers.multigrid.levels import Level

__all__ = ["Seam", "add_seams", "take_seams"]

Values = NDArray[np.floating]


class Seam(NamedTuple):
    """The wrapping faces of one axis.

    axis : axis of the colour-split arrays, 1 to 3
    c : conductances, shape of such an array without that axis; 0 where the two ends have another colour
    """

    axis: int
    c: Values


def take_seams(level: Level) -> list[Seam]:
    """Take the wrapping faces of odd periodic axes out of a level's sweeps; its diagonal keeps them.

    Along an odd axis the first and the last cell of a line have the same colour and sit at the
    same place of their rows, so that one slice faces the other.
    """
    assert isinstance(level.stencil, SplitVariable)
    seams = []
    for axis, n in enumerate(level.shape):
        if level.wraps[axis] and n % 2:
            last = np.moveaxis(level.stencil[axis], axis + 1, 0)[-1]
            seams.append(Seam(axis + 1, last.copy()))
            last[...] = 0
    taken = {seam.axis - 1 for seam in seams}
    w0, w1, w2 = (wrap and axis not in taken for axis, wrap in enumerate(level.wraps))
    level.wraps = w0, w1, w2
    return seams


def add_seams(seams: list[Seam], x: Values, f: Values, *, sweeps: bool) -> None:
    """Move what `x` sends through the seams to the right-hand side `f`.

    For sweeps these are the neighbours' values c x_j (the diagonal holds the rest); for residuals,
    which see the seam as closed, the fluxes c (x_j - x_i).
    """
    for axis, c in seams:
        u, g = np.moveaxis(x, axis, 0), np.moveaxis(f, axis, 0)
        first, last = c * u[0], c * u[-1]
        if not sweeps:
            first, last = first - last, last - first
        g[0] += last
        g[-1] += first
