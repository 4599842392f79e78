"""Convolution of fields of several channels with kernels of 3 x 3."""

import numpy as np

from sciml.kernels._lanes import LANES
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.convolve3.numba import convolve_rows

__all__ = ["convolve3"]


def convolve3(
    x: Array, w: Array, pad: int = 1, base: Array | None = None, scale: float = 1.0, *, adjoint: bool = False,
    out: Array | None = None, threads: int | None = None,
) -> Array:
    """``base + scale w * x``, channels last, by four products for two outputs along a row.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, H, W, C), C-contiguous
    w : ndarray like `x`, shape (K, 3, 3, C), C-contiguous
        C a multiple of 8, K too and at most 48.
    pad : {0, 1, 2}
        Layers of zeros around each field.
    base : ndarray, shape (N, H + 2 pad - 2, W + 2 pad - 2, K), C-contiguous, optional
        Default 0.
    scale : float
    adjoint : bool
        Whether w (C, 3, 3, K) is turned by 180 degrees and takes its outputs for inputs: what gradients pass through.
    out : ndarray, C-contiguous, optional
        Overwritten and returned.
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray, shape (N, H + 2 pad - 2, W + 2 pad - 2, K)

    Examples
    --------
    >>> x, w = np.ones((1, 4, 4, 8), np.float32), np.ones((8, 3, 3, 8), np.float32)
    >>> convolve3(x, w)[0, :2, :2, 0]
    array([[32., 48.],
           [48., 72.]], dtype=float32)
    """
    if out is None:
        height, width = (n + 2 * pad - 2 for n in x.shape[1:3])
        out = np.empty((len(x), height, width, w.shape[3 if adjoint else 0]), x.dtype)
    parts, added = slabs(len(out) * out.shape[1], x.size, 8, threads), out if base is None else base
    lanes = (0,) * (out.shape[3] // LANES)
    run_slabs(convolve_rows, parts, x, w, adjoint, pad, added, base is not None, x.dtype.type(scale), out, lanes)
    return out
