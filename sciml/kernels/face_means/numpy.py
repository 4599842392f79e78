"""Reference of the mean face conductances."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil

__all__ = ["face_means"]


def face_means(stencil: VariableStencil) -> NDArray[np.float64]:
    """Mean of the nonzero faces along each axis."""
    return np.array([c[c > 0].mean() if c.any() else 0.0 for c in stencil[:3]])
