"""Gradient of a softmax over the rows of a compressed pattern."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.segment_softmax_backward.numba import slopes

__all__ = ["segment_softmax_backward"]


@dispatched
def segment_softmax_backward(starts: Index, y: Array, g: Array, out: Array | None = None) -> Array:
    """``y_p (g_p - sum of g y)``, the sum over the row of p, feature by feature; returns `out`.

    Parameters
    ----------
    starts : ndarray of int32 or int64, shape (m + 1,)
        Row i holds the values starts[i] up to starts[i + 1].
    y : ndarray of float32 or float64, shape (nnz,) or (nnz, k), C-contiguous
        The softmax.
    g : ndarray like `y`
        The gradient by it.
    out : ndarray like `y`, optional
        The gradient by what the softmax was taken of.

    Examples
    --------
    >>> segment_softmax_backward(np.array([0, 2]), np.array([0.25, 0.75]), np.array([1.0, 0.0]))
    array([ 0.1875, -0.1875])
    """
    if out is None:
        out = np.empty_like(y)
    rows = len(starts) - 1
    width = y.shape[1] if y.ndim == 2 else 1
    shaped = (array.reshape(len(array), width) for array in (y, g, out))
    run_slabs(slopes, slabs(rows, y.size), starts, *shaped)
    return out
