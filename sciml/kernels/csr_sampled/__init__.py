"""Dense products sampled on a sparse pattern: what values of a matrix contribute."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_sampled.numba import sample

__all__ = ["csr_sampled"]


@dispatched
def csr_sampled(starts: Index, columns: Index, x: Array, y: Array, out: Array | None = None) -> Array:
    """``out_p = x_i . y_j`` for every entry p = (i, j) of the pattern; returns `out`.

    For z = A y this is the gradient of x . z with respect to the values of A.

    Parameters
    ----------
    starts, columns : ndarray of int32 or int64, shape (m + 1,) and (nnz,)
        Pattern in compressed rows.
    x : ndarray of float32 or float64, shape (m,) or (m, k), C-contiguous
    y : ndarray like `x`, shape (n,) or (n, k)
    out : ndarray, shape (nnz,), optional

    Examples
    --------
    >>> starts, columns = np.array([0, 2, 3]), np.array([0, 1, 1])
    >>> csr_sampled(starts, columns, np.array([1.0, 2.0]), np.array([3.0, 5.0]))
    array([ 3.,  5., 10.])
    """
    if out is None:
        out = np.empty(len(columns), x.dtype)
    rows = len(starts) - 1
    parts = slabs(rows, x.size // max(rows, 1) * len(columns))
    run_slabs(sample, parts, starts, columns, x.reshape(len(x), -1), y.reshape(len(y), -1), out)
    return out
