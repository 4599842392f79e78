"""Launches of the gradient of a softmax over rows on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._csr_device import width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "segment_softmax_backward"]

PROGRAM = Program(__package__, types=("REAL", "INDEX"))


def segment_softmax_backward(starts: Index, y: Array, g: Array, out: Array | None = None) -> Array:
    """See the package function."""
    rows, width = len(starts) - 1, width_of(y)
    if out is None:
        out = np.empty_like(y)
    PROGRAM.launch("slopes", rows * width, (y.dtype, starts.dtype), np.int64(rows), width, starts, y, g, out)
    return out
