"""Reference of the sampled product."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._stencil import Array

__all__ = ["csr_sampled"]


def csr_sampled(starts: Index, columns: Index, x: Array, y: Array) -> Array:
    """x_i . y_j at every entry."""
    rows = np.repeat(np.arange(len(x)), np.diff(starts))
    sums: Array = (x.reshape(len(x), -1)[rows] * y.reshape(len(y), -1)[columns]).sum(axis=1)
    return sums
