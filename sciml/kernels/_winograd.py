"""Convolutions with kernels of 3 along a row by four products for two outputs, instead of six.

With inputs d0..d3, outputs y0, y1 and kernel g0, g1, g2,

    y0 = m0 + m1 + m2,  y1 = m1 - m2 - m3,
    m0 = (d0 - d2) g0,  m1 = (d1 + d2) (g0 + g1 + g2) / 2,  m2 = (d2 - d1) (g0 - g1 + g2) / 2,  m3 = (d1 - d3) g2.

Four sums and differences of the inputs and two of the outputs cost little where each product is a matrix of
channels. A gradient g by y gives dm = (g0, g0 + g1, g0 - g1, -g1), and with it that of the transformed kernel.

References
----------
S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin and S. Gray, "Fast Algorithms for Convolutional
Neural Networks", CVPR 2016.
"""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, load, no_lanes, plus, store
from sciml.kernels._numba import inner
from sciml.kernels._stencil import Array

__all__ = ["PARTS", "join_row", "point", "split_gradient", "split_row", "split_weights"]

PARTS = 4


@inner
def point(x: Array, row: int, i: int, n: int, channels: int, q: int) -> Any:
    """Lanes from channel q on of point i of a row of n points that begins at x[row]; 0 outside."""
    if 0 <= i < n:
        return load(x, np.uint64(row + i * channels), np.uint64(q))
    return no_lanes(x)


@inner
def split_row(x: Array, row: int, n: int, channels: int, pad: int, d: Array, to: int, tiles: int, apart: int) -> None:
    """The four combinations of the inputs of all pairs of outputs, `apart` from each other in d[to:]."""
    less = x.dtype.type(-1)
    for t in range(tiles):
        i, place = 2 * t - pad, to + t * channels
        for q in range(0, channels, LANES):
            d0, d1 = point(x, row, i, n, channels, q), point(x, row, i + 1, n, channels, q)
            d2, d3 = point(x, row, i + 2, n, channels, q), point(x, row, i + 3, n, channels, q)
            store(d, np.uint64(place), np.uint64(q), plus(d0, less, d2))
            store(d, np.uint64(place + apart), np.uint64(q), plus(d1, -less, d2))
            store(d, np.uint64(place + 2 * apart), np.uint64(q), plus(d2, less, d1))
            store(d, np.uint64(place + 3 * apart), np.uint64(q), plus(d1, less, d3))


@inner
def split_gradient(g: Array, row: int, n: int, channels: int, d: Array, tiles: int, apart: int) -> None:
    """The gradient by the four products of all pairs, from that by a row of outputs."""
    less = g.dtype.type(-1)
    for t in range(tiles):
        place = t * channels
        for q in range(0, channels, LANES):
            g0, g1 = point(g, row, 2 * t, n, channels, q), point(g, row, 2 * t + 1, n, channels, q)
            store(d, np.uint64(place), np.uint64(q), g0)
            store(d, np.uint64(place + apart), np.uint64(q), plus(g0, -less, g1))
            store(d, np.uint64(place + 2 * apart), np.uint64(q), plus(g0, less, g1))
            store(d, np.uint64(place + 3 * apart), np.uint64(q), plus(no_lanes(g), less, g1))


@inner
def join_row(
    m: Array, apart: int, out: Array, row: int, n: int, channels: int, base: Array, add: bool, scale: float
) -> None:
    """A row of outputs: scale y, added to the row of `base` if asked for."""
    less = out.dtype.type(-1)
    for t in range((n + 1) // 2):
        for q in range(0, channels, LANES):
            place, at = t * channels, row + 2 * t * channels
            m0, m1 = load(m, np.uint64(place), np.uint64(q)), load(m, np.uint64(place + apart), np.uint64(q))
            m2 = load(m, np.uint64(place + 2 * apart), np.uint64(q))
            m3 = load(m, np.uint64(place + 3 * apart), np.uint64(q))
            y0, y1 = plus(plus(m0, -less, m1), -less, m2), plus(plus(m1, less, m2), less, m3)
            old = load(base, np.uint64(at), np.uint64(q)) if add else no_lanes(out)
            store(out, np.uint64(at), np.uint64(q), plus(old, scale, y0))
            if 2 * t + 1 < n:
                at += channels
                old = load(base, np.uint64(at), np.uint64(q)) if add else no_lanes(out)
                store(out, np.uint64(at), np.uint64(q), plus(old, scale, y1))


@inner
def split_weights(w: Array, adjoint: bool, u: Array) -> None:
    """u[part, row of the kernel, c, k] of weights (k, 3, 3, c), or, for the adjoint, of turned ones (c, 3, 3, k)."""
    half = w.dtype.type(0.5)
    for j in range(3):
        for c in range(u.shape[2]):
            for k in range(u.shape[3]):
                if adjoint:
                    g0, g1, g2 = w[c, 2 - j, 2, k], w[c, 2 - j, 1, k], w[c, 2 - j, 0, k]
                else:
                    g0, g1, g2 = w[k, j, 0, c], w[k, j, 1, c], w[k, j, 2, c]
                u[0, j, c, k] = g0
                u[1, j, c, k] = half * (g0 + g1 + g2)
                u[2, j, c, k] = half * (g0 - g1 + g2)
                u[3, j, c, k] = g2
