"""Launch of the coarse operator on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import VariableStencil

__all__ = ["PROGRAM", "stencil_coarsen"]

PROGRAM = Program(__package__, "stencil")


def stencil_coarsen(stencil: VariableStencil, ratio: tuple[int, int, int] = (2, 2, 2)) -> VariableStencil:
    """See the package function."""
    d, fine = stencil.d, stencil.d.shape
    n0, n1, n2 = (-(-n // r) for n, r in zip(fine, ratio, strict=True))
    coarse = VariableStencil(*(np.empty_like(d, shape=(n0, n1, n2)) for _ in range(4)))
    PROGRAM.launch("coarsen", (n0, n1, n2), (d.dtype,), *fine, ratio, n0, n1, n2, stencil, coarse)
    return coarse
