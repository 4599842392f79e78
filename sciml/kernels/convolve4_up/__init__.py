"""Transposed convolution with kernels of 4 x 4 to fields of twice the size."""

import numpy as np

from sciml.kernels._lanes import LANES
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.convolve4_up.numba import up_rows

__all__ = ["convolve4_up"]


def convolve4_up(
    x: Array, w: Array, base: Array | None = None, *, out: Array | None = None, threads: int | None = None
) -> Array:
    """``base + w^T x``, channels last: point j of x reaches the points 2 j - 1 to 2 j + 2.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, H, W, C), C-contiguous
    w : ndarray like `x`, shape (C, 4, 4, K), C-contiguous
        C a multiple of 8, K too and at most 48.
    base : ndarray, shape (N, 2 H, 2 W, K), C-contiguous, optional
        Default 0.
    out : ndarray, C-contiguous, optional
        Overwritten and returned.
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray, shape (N, 2 H, 2 W, K)

    Examples
    --------
    >>> x, w = np.ones((1, 2, 2, 8), np.float32), np.ones((8, 4, 4, 8), np.float32)
    >>> convolve4_up(x, w)[0, :, :, 0]
    array([[ 8., 16., 16.,  8.],
           [16., 32., 32., 16.],
           [16., 32., 32., 16.],
           [ 8., 16., 16.,  8.]], dtype=float32)
    """
    size, rows, n, _ = x.shape
    if out is None:
        out = np.empty((size, 2 * rows, 2 * n, w.shape[3]), x.dtype)
    parts, added = slabs(size * rows, 4 * x.size, 8, threads), out if base is None else base
    run_slabs(up_rows, parts, x, w, added, base is not None, out, (0,) * (out.shape[3] // LANES))
    return out
