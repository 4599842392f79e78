"""Reference of the softmax over rows."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._stencil import Array

__all__ = ["segment_softmax"]


def segment_softmax(starts: Index, values: Array) -> Array:
    """Softmax of every row."""
    out = np.empty_like(values)
    for i in range(len(starts) - 1):
        row = slice(starts[i], starts[i + 1])
        if starts[i] < starts[i + 1]:
            powers = np.exp(values[row] - values[row].max(axis=0))
            out[row] = powers / powers.sum(axis=0)
    return out
