"""Gradients by the transformed weights, summed row after row."""

import numpy as np

from sciml.kernels._numba import compiled
from sciml.kernels._stencil import Array
from sciml.kernels._tiles import TILE, tile
from sciml.kernels._winograd import PARTS, split_gradient, split_row

__all__ = ["weight_rows"]


@compiled
def weight_rows(lo: int, hi: int, x: Array, g: Array, pad: int, lanes: tuple[int, ...]) -> Array:
    """(4, 3, C, K) over rows lo to hi of all samples together."""
    rows, n, channels = x.shape[1:]
    height, width, K = g.shape[1:]
    tiles = (width + 1) // 2
    size = PARTS * tiles * channels
    d, e = np.empty(3 * size, x.dtype), np.empty(PARTS * tiles * K, x.dtype)
    u = np.zeros(PARTS * 3 * channels * K, x.dtype)
    given, gradient, start = x.reshape(-1), g.reshape(-1), np.zeros(1, np.int64)
    for r in range(lo, hi):
        sample, y = r // height, r % height
        split_gradient(gradient, r * width * K, width, K, e, tiles, tiles * K)
        for j in range(3):
            i = y + j - pad
            if 0 <= i < rows:
                if j == 2 or y == 0 or r == lo:
                    row = (sample * rows + i) * n * channels
                    split_row(given, row, n, channels, pad, d, (i % 3) * size, tiles, tiles * channels)
                for part in range(PARTS):
                    first = (i % 3) * size + part * tiles * channels
                    for c in range(0, channels, TILE):
                        tile(d, first + c, 1, channels, start, e, part * tiles * K, tiles,
                             u, ((part * 3 + j) * channels + c) * K, K, True, lanes)
    return u.reshape(PARTS, 3, channels, K)
