"""An operator that is the same everywhere."""

from collections.abc import Sequence

import numpy as np

from sciml.kernels._stencil import VariableStencil

__all__ = ["uniform_torus"]


def uniform_torus(shape: tuple[int, ...], shares: Sequence[float]) -> VariableStencil:
    """Diagonal 1 and equal faces along each axis, periodic, of four cells along the axes of more than one.

    Examples
    --------
    >>> uniform_torus((9, 1, 7), (0.3, 0.0, 0.2)).c0.shape
    (4, 1, 4)
    """
    box = tuple(4 if n > 1 else 1 for n in shape)
    c0, c1, c2 = (np.full(box, float(share)) for share in shares)
    return VariableStencil(c0, c1, c2, np.ones(box))
