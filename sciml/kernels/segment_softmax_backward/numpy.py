"""Reference of the gradient of a softmax over rows."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._stencil import Array

__all__ = ["segment_softmax_backward"]


def segment_softmax_backward(starts: Index, y: Array, g: Array) -> Array:
    """y times what g exceeds its mean by, weighted by y."""
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    means = np.zeros((len(starts) - 1, *y.shape[1:]), y.dtype)
    np.add.at(means, rows, g * y)
    return y * (g - means[rows])
