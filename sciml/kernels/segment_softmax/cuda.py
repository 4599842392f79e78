"""Launch of the softmax over rows on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._csr_device import width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "segment_softmax"]

PROGRAM = Program(__package__, types=("REAL", "INDEX"))


def segment_softmax(starts: Index, values: Array, out: Array | None = None) -> Array:
    """See the package function."""
    rows, width = len(starts) - 1, width_of(values)
    if out is None:
        out = np.empty_like(values)
    PROGRAM.launch(
        "softmax", rows * width, (values.dtype, starts.dtype), np.int64(rows), width, starts, values, out
    )
    return out
