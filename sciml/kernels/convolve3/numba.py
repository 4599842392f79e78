"""Rows of a convolution: four combinations of three rows of inputs, a product each, two combinations of those."""

import numpy as np

from sciml.kernels._numba import compiled
from sciml.kernels._stencil import Array
from sciml.kernels._tiles import TILE, tile
from sciml.kernels._winograd import PARTS, join_row, split_row, split_weights

__all__ = ["convolve_rows"]


@compiled
def convolve_rows(
    lo: int, hi: int, x: Array, w: Array, adjoint: bool, pad: int, base: Array, add: bool, scale: float, out: Array,
    lanes: tuple[int, ...],
) -> None:
    """Rows lo to hi of all samples together; combinations of the last three rows of inputs are kept."""
    rows, n, channels = x.shape[1:]
    height, width, K = out.shape[1:]
    tiles = (width + 1) // 2
    whole = (tiles + TILE - 1) // TILE * TILE
    apart = whole * channels
    size = PARTS * apart
    d = np.zeros(4 * size, x.dtype)  # three rows, and one of zeros for those outside
    m = np.empty(PARTS * whole * K, x.dtype)
    u = np.empty((PARTS, 3, channels, K), x.dtype)
    split_weights(w, adjoint, u)
    given, written, flat, added = x.reshape(-1), out.reshape(-1), u.reshape(-1), base.reshape(-1)
    starts = np.empty(3, np.int64)
    for r in range(lo, hi):
        sample, y = r // height, r % height
        for j in range(0 if r == lo or y == 0 else 2, 3):
            i = y + j - pad
            if 0 <= i < rows:
                split_row(given, (sample * rows + i) * n * channels, n, channels, pad, d, (i % 3) * size, tiles, apart)
        for j in range(3):
            i = y + j - pad
            starts[j] = (i % 3 if 0 <= i < rows else 3) * size
        for part in range(PARTS):
            for t in range(0, tiles, TILE):
                tile(d, part * apart + t * channels, channels, 1, starts, flat, part * 3 * channels * K, channels,
                     m, (part * whole + t) * K, K, False, lanes)
        join_row(m, whole * K, written, r * width * K, width, K, added, add, scale)
