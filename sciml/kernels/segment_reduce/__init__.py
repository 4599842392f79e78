"""Sums and maxima over the rows of a compressed pattern: messages gathered at nodes."""

from typing import Literal

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.segment_reduce.numba import maxima, sums

__all__ = ["segment_reduce"]


@dispatched
def segment_reduce(
    starts: Index, values: Array, operation: Literal["sum", "max"] = "sum", out: Array | None = None
) -> Array:
    """Sum or maximum of the values of every row, feature by feature; 0 for an empty row; returns `out`.

    Parameters
    ----------
    starts : ndarray of int32 or int64, shape (m + 1,)
        Row i holds the values starts[i] up to starts[i + 1].
    values : ndarray of float32 or float64, shape (nnz,) or (nnz, k), C-contiguous
    operation : {"sum", "max"}
    out : ndarray, shape (m,) or (m, k), optional

    Examples
    --------
    >>> starts, values = np.array([0, 2, 2, 3]), np.array([1.0, 5.0, -2.0])
    >>> segment_reduce(starts, values)
    array([ 6.,  0., -2.])
    >>> segment_reduce(starts, values, "max")
    array([ 5.,  0., -2.])
    """
    rows = len(starts) - 1
    if out is None:
        out = np.empty((rows, *values.shape[1:]), values.dtype)
    kernel = {"sum": sums, "max": maxima}[operation]
    width = values.shape[1] if values.ndim == 2 else 1
    shaped = values.reshape(len(values), width), out.reshape(rows, width)
    run_slabs(kernel, slabs(rows, values.size), starts, *shaped)
    return out
