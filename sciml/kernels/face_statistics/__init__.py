"""Mean, largest and number of the face conductances of a box along each axis."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.face_statistics.numba import plane_statistics

__all__ = ["FaceStatistics", "face_statistics"]


class FaceStatistics(NamedTuple):
    """Of the nonzero faces along each axis; zeros where there are none.

    means : (3,) mean
    counts : (3,) number
    largest : (3,) largest
    """

    means: NDArray[np.float64]
    counts: NDArray[np.float64]
    largest: NDArray[np.float64]


def face_statistics(stencil: VariableStencil) -> FaceStatistics:
    """Statistics of the face conductances, in one pass.

    Examples
    --------
    >>> c = np.array([[[1.0, 3.0, 0.0]]])
    >>> face_statistics(VariableStencil(0 * c, 0 * c, c, c)).means
    array([0., 0., 2.])
    """
    n0 = len(stencil.d)
    sums = np.empty((n0, 3, 3))
    run_slabs(plane_statistics, slabs(n0, stencil.d.size), stencil.c0, stencil.c1, stencil.c2, sums)
    totals, counts = sums[..., :2].sum(axis=0).T
    return FaceStatistics(totals / np.maximum(counts, 1), counts, sums[..., 2].max(axis=0))
