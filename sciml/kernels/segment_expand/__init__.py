"""Values of rows handed to all entries of the row: the transpose of sums over rows."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.segment_expand.numba import expand

__all__ = ["segment_expand"]


@dispatched
def segment_expand(starts: Index, x: Array, out: Array | None = None) -> Array:
    """``out_p = x_i`` for every entry p of row i, feature by feature; returns `out`.

    Parameters
    ----------
    starts : ndarray of int32 or int64, shape (m + 1,)
        Row i holds the entries starts[i] up to starts[i + 1].
    x : ndarray of float32 or float64, shape (m,) or (m, k), C-contiguous
    out : ndarray, shape (nnz,) or (nnz, k), optional

    Examples
    --------
    >>> segment_expand(np.array([0, 2, 2, 3]), np.array([5.0, 6.0, 7.0]))
    array([5., 5., 7.])
    """
    if out is None:
        out = np.empty((int(starts[-1]), *x.shape[1:]), x.dtype)
    rows = len(starts) - 1
    width = x.shape[1] if x.ndim == 2 else 1
    shaped = x.reshape(rows, width), out.reshape(len(out), width)
    run_slabs(expand, slabs(rows, out.size), starts, *shaped)
    return out
