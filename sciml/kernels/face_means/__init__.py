"""Mean conductance of the faces of a box along each axis."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.face_means.numba import face_totals

__all__ = ["face_means"]


def face_means(stencil: VariableStencil) -> NDArray[np.float64]:
    """Mean of the nonzero face conductances along each axis, shape (3,); 0 where there are none.

    Examples
    --------
    >>> c = np.array([[[1.0, 3.0, 0.0]]])
    >>> face_means(VariableStencil(0 * c, 0 * c, c, c))
    array([0., 0., 2.])
    """
    n0 = len(stencil.d)
    totals, counts = np.empty((n0, 3)), np.empty((n0, 3))
    run_slabs(face_totals, slabs(n0, stencil.d.size), stencil.c0, stencil.c1, stencil.c2, totals, counts)
    result: NDArray[np.float64] = totals.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    return result
