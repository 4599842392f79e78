"""Reference of sums and maxima over rows."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._stencil import Array

__all__ = ["segment_reduce"]


def segment_reduce(starts: Index, values: Array, operation: str) -> Array:
    """One sum or maximum a row, 0 for an empty one."""
    out = np.zeros((len(starts) - 1, *values.shape[1:]), values.dtype)
    for i in range(len(out)):
        part = values[starts[i] : starts[i + 1]]
        if len(part):
            out[i] = part.sum(axis=0) if operation == "sum" else part.max(axis=0)
    return out
