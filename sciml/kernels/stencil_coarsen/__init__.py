"""Coarse 7-point operator of piecewise constant transfers, scaled to the larger spacing."""

import numpy as np

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.stencil_coarsen.numba import close_slab, coarsen_slab

__all__ = ["stencil_coarsen"]


@dispatched
def stencil_coarsen(stencil: VariableStencil, ratio: tuple[int, int, int] = (2, 2, 2)) -> VariableStencil:
    """P' A P for piecewise constant P, with the faces along coarsened axes halved.

    A coarse face is the sum of the fine faces it is made of. Along a coarsened axis the distance
    between centres doubles, which piecewise constant interpolation does not see; the factor 1/2 puts
    it right, and constant coefficients then give the operator of the coarse grid itself (times
    the number of children). What the diagonal holds beyond the faces is halved too, since it
    mostly stands for Dirichlet faces.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    ratio : tuple of int
        1 or 2 per axis; coarse length = ceil(n / ratio), an odd last cell stays alone.

    Returns
    -------
    VariableStencil of float64
        Faces within a coarse cell vanish; a cell alone on a periodic axis has no face to itself.

    Examples
    --------
    >>> c = np.ones((4, 4, 4))
    >>> d = 6 * np.ones((4, 4, 4))
    >>> stencil_coarsen(VariableStencil(c, c, c, d)).c0[0, 0]
    array([2., 2.])
    """
    n0, n1, n2 = (-(-n // r) for n, r in zip(stencil.d.shape, ratio, strict=True))
    C0, C1, C2, S = (np.empty((n0, n1, n2)) for _ in range(4))
    parts = slabs(n0, stencil.d.size)
    run_slabs(coarsen_slab, parts, *stencil, ratio, C0, C1, C2, S)
    for axis, C in enumerate((C0, C1, C2)):
        if C.shape[axis] == 1:
            C[...] = 0
    run_slabs(close_slab, parts, C0, C1, C2, S)
    return VariableStencil(C0, C1, C2, S)
