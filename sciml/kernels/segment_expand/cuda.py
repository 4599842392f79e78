"""Launches of values of rows at their entries on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._csr_device import width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "segment_expand"]

PROGRAM = Program(__package__, types=("REAL", "INDEX"))


def segment_expand(starts: Index, x: Array, out: Array | None = None) -> Array:
    """See the package function."""
    rows, width = len(starts) - 1, width_of(x)
    if out is None:
        out = np.empty_like(x, shape=(int(starts[-1]), *x.shape[1:]))
    PROGRAM.launch("expand", rows * width, (x.dtype, starts.dtype), np.int64(rows), width, starts, x, out)
    return out
