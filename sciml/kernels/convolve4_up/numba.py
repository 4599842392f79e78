"""Rows of a transposed convolution with kernels of 4 and stride 2: at each point two of the four rows and columns.

Along a row the outputs are two interleaved convolutions with kernels of 2. With inputs d0..d2, outputs y0, y1 and
kernel g0, g1, the three products m0 = (d0 - d1) g0, m1 = d1 (g0 + g1) and m2 = (d2 - d1) g1 give y0 = m0 + m1,
y1 = m1 + m2, instead of four.
"""

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import compiled, inner
from sciml.kernels._stencil import Array
from sciml.kernels._tiles import TILE, tile
from sciml.kernels._winograd import point

__all__ = ["up_rows"]

PRODUCTS, INPUTS = 6, 5
# Which combination of inputs each product takes, the even outputs first.
TAKES = (0, 1, 2, 2, 3, 4)


@inner
def split(x: Array, row: int, n: int, channels: int, d: Array, to: int, tiles: int, apart: int) -> None:
    """The combinations of a row for all groups of four outputs; d2 - d1 serves the odd ones with the other sign."""
    less = x.dtype.type(-1)
    for t in range(tiles):
        place = to + t * channels
        for q in range(0, channels, LANES):
            d0, d1 = point(x, row, 2 * t - 1, n, channels, q), point(x, row, 2 * t, n, channels, q)
            d2, d3 = point(x, row, 2 * t + 1, n, channels, q), point(x, row, 2 * t + 2, n, channels, q)
            store(d, np.uint64(place), np.uint64(q), plus(d0, less, d1))
            store(d, np.uint64(place + apart), np.uint64(q), d1)
            store(d, np.uint64(place + 2 * apart), np.uint64(q), plus(d2, less, d1))
            store(d, np.uint64(place + 3 * apart), np.uint64(q), d2)
            store(d, np.uint64(place + 4 * apart), np.uint64(q), plus(d3, less, d2))


@inner
def split_kernels(w: Array, u: Array) -> None:
    """u[parity of the row, product, coarse row, c, k] of weights (c, 4, 4, k)."""
    for a in range(2):
        for j in range(2):
            i = 3 - a - 2 * j
            for c in range(w.shape[0]):
                for k in range(w.shape[3]):
                    g0, g1, g2, g3 = w[c, i, 0, k], w[c, i, 1, k], w[c, i, 2, k], w[c, i, 3, k]
                    u[a, 0, j, c, k], u[a, 1, j, c, k], u[a, 2, j, c, k] = g3, g3 + g1, g1
                    u[a, 3, j, c, k], u[a, 4, j, c, k], u[a, 5, j, c, k] = -g2, g2 + g0, g0


@inner
def join(m: Array, apart: int, out: Array, row: int, n: int, K: int, base: Array, add: bool) -> None:
    """A row of outputs from its products, added to the row of `base` if asked for."""
    one = out.dtype.type(1)
    for t in range((n + 3) // 4):
        for q in range(0, K, LANES):
            for x in range(min(4, n - 4 * t)):
                first = x % 2 * 3 + x // 2
                left = load(m, np.uint64(first * apart + t * K), np.uint64(q))
                right = load(m, np.uint64((first + 1) * apart + t * K), np.uint64(q))
                place = np.uint64(row + (4 * t + x) * K)
                old = load(base, place, np.uint64(q)) if add else no_lanes(out)
                store(out, place, np.uint64(q), plus(plus(left, one, right), one, old))


@compiled
def up_rows(lo: int, hi: int, x: Array, w: Array, base: Array, add: bool, out: Array, lanes: tuple[int, ...]) -> None:
    """The two rows of outputs of each of the coarse rows lo to hi of all samples together."""
    rows, n, channels = x.shape[1:]
    K, tiles = out.shape[3], (n + 1) // 2
    whole = (tiles + TILE - 1) // TILE * TILE
    apart = whole * channels
    size = INPUTS * apart
    d = np.zeros(4 * size, x.dtype)  # three rows, and one of zeros for those outside
    m = np.empty(PRODUCTS * whole * K, x.dtype)
    u = np.empty((2, PRODUCTS, 2, channels, K), x.dtype)
    split_kernels(w, u)
    given, written, flat, added = x.reshape(-1), out.reshape(-1), u.reshape(-1), base.reshape(-1)
    starts = np.empty(2, np.int64)
    for r in range(lo, hi):
        sample, y = r // rows, r % rows
        for j in range(0 if r == lo or y == 0 else 2, 3):
            i = y + j - 1
            if 0 <= i < rows:
                split(given, (sample * rows + i) * n * channels, n, channels, d, (i % 3) * size, tiles, apart)
        for a in range(2):
            for j in range(2):
                i = y + j + a - 1
                starts[j] = (i % 3 if 0 <= i < rows else 3) * size
            for product in range(PRODUCTS):
                for t in range(0, tiles, TILE):
                    tile(d, TAKES[product] * apart + t * channels, channels, 1, starts,
                         flat, (a * PRODUCTS + product) * 2 * channels * K, channels,
                         m, (product * whole + t) * K, K, False, lanes)
            join(m, whole * K, written, (2 * r + a) * 2 * n * K, 2 * n, K, added, add)
