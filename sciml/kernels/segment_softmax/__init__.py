"""Softmax over the rows of a compressed pattern: attention among neighbours."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.segment_softmax.numba import softmax

__all__ = ["segment_softmax"]


@dispatched
def segment_softmax(starts: Index, values: Array, out: Array | None = None) -> Array:
    """``exp(v_p) / sum of exp(v)`` over the row of p, feature by feature; returns `out`.

    Parameters
    ----------
    starts : ndarray of int32 or int64, shape (m + 1,)
        Row i holds the values starts[i] up to starts[i + 1].
    values : ndarray of float32 or float64, shape (nnz,) or (nnz, k), C-contiguous
        Any size: the largest of a row is subtracted first.
    out : ndarray like `values`, optional
        May be `values` itself.

    Examples
    --------
    >>> segment_softmax(np.array([0, 2, 3]), np.array([1000.0, 1000.0, -5.0]))
    array([0.5, 0.5, 1. ])
    """
    if out is None:
        out = np.empty_like(values)
    rows = len(starts) - 1
    width = values.shape[1] if values.ndim == 2 else 1
    shaped = values.reshape(len(values), width), out.reshape(len(out), width)
    run_slabs(softmax, slabs(rows, values.size), starts, *shaped)
    return out
