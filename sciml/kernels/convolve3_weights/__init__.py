"""Gradient of a convolution with kernels of 3 x 3 by the kernels."""

import numpy as np

from sciml.kernels._lanes import LANES
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.convolve3_weights.numba import weight_rows

__all__ = ["convolve3_weights"]


def convolve3_weights(x: Array, g: Array, pad: int = 1, *, threads: int | None = None) -> Array:
    """Gradient by the weights w of `convolve3(x, w, pad)`, for a gradient `g` by its outputs.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, H, W, C), C-contiguous
        C a multiple of 8.
    g : ndarray like `x`, shape (N, H + 2 pad - 2, W + 2 pad - 2, K), C-contiguous
        K a multiple of 8, at most 48.
    pad : {0, 1, 2}
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray, shape (K, 3, 3, C)

    Examples
    --------
    >>> x, g = np.ones((1, 4, 4, 8), np.float32), np.ones((1, 4, 4, 8), np.float32)
    >>> convolve3_weights(x, g)[0, :, :, 0]
    array([[ 9., 12.,  9.],
           [12., 16., 12.],
           [ 9., 12.,  9.]], dtype=float32)
    """
    parts = slabs(len(g) * g.shape[1], x.size, 8, threads)
    m0, m1, m2, m3 = sum(run_slabs(weight_rows, parts, x, g, pad, (0,) * (g.shape[3] // LANES)))
    half = (m1 + m2) / 2
    by_column = np.stack((m0 + half, (m1 - m2) / 2, half + m3), 1)  # (row, column, c, k)
    return np.ascontiguousarray(by_column.transpose(3, 0, 1, 2))
