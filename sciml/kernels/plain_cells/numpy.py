"""Reference of the plain cells."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil

__all__ = ["plain_cells"]


def plain_cells(
    stencil: VariableStencil, volume: NDArray[np.floating], shares: Sequence[float]
) -> NDArray[np.uint8]:
    """See the package function."""
    plain = stencil.d > 0
    for axis, share in enumerate(shares):
        for c in (stencil[axis], np.roll(stencil[axis], 1, axis)):
            plain &= np.abs(c - share * stencil.d) <= 1e-12 * stencil.d
    return (plain & (volume == 1 if volume.size else plain)).astype(np.uint8)
