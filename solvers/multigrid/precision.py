"""Which precision can hold an operator."""

import numpy as np

from sciml.kernels._stencil import ConstantStencil, Stencil

__all__ = ["single_holds"]

# Cycles multiply and divide by conductances, their residuals being scaled to 1; float32 ends at 1e-38 and 3e38.
SMALLEST, LARGEST = 1e-25, 1e30


def single_holds(stencil: Stencil) -> bool:
    """Whether the largest entry of A lies well inside the range of float32.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> single_holds(poisson(Grid((8,))).A.stencil), single_holds(poisson(Grid((8,)), 1e60).A.stencil)
    (True, False)
    """
    largest = max(d.max() for d in stencil[2:]) if isinstance(stencil, ConstantStencil) else np.max(stencil.d)
    return bool(SMALLEST < largest < LARGEST)
