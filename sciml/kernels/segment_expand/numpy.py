"""Reference of values of rows at their entries."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._stencil import Array

__all__ = ["segment_expand"]


def segment_expand(starts: Index, x: Array) -> Array:
    """Each row of x as often as the row of the pattern has entries."""
    return np.repeat(x, np.diff(starts), axis=0)
