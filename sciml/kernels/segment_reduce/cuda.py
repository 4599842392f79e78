"""Launches of sums and maxima over rows on a device."""

from typing import Literal

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._csr_device import width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "segment_reduce"]

PROGRAM = Program(__package__, types=("REAL", "INDEX"))


def segment_reduce(
    starts: Index, values: Array, operation: Literal["sum", "max"] = "sum", out: Array | None = None
) -> Array:
    """See the package function."""
    rows, width = len(starts) - 1, width_of(values)
    if out is None:
        out = np.empty_like(values, shape=(rows, *values.shape[1:]))
    name = {"sum": "sums", "max": "maxima"}[operation]
    PROGRAM.launch(
        name, rows * width, (values.dtype, starts.dtype), np.int64(rows), width, starts, values, out
    )
    return out
