"""Reference of the statistics of face conductances."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil

__all__ = ["face_statistics"]


def face_statistics(stencil: VariableStencil) -> tuple[NDArray[np.float64], ...]:
    """Mean, number and largest of the nonzero faces along each axis."""
    table = np.zeros((3, 3))
    for axis, c in enumerate(stencil[:3]):
        found = c[c > 0]
        if len(found):
            table[:, axis] = found.mean(), len(found), found.max()
    return tuple(table)
