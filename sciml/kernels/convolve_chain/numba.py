"""A chain sample by sample, so that its fields stay in cache."""

import numpy as np

from sciml.kernels._gathered import POINTS, gather_tile
from sciml.kernels._half import as_entry
from sciml.kernels._numba import compiled, inner
from sciml.kernels._stencil import Array

__all__ = ["chain_samples", "gathered", "pack", "wide"]


@inner
def wide(channels: int) -> int:
    """Whole lanes of channels."""
    return (channels + 7) // 8 * 8


@inner
def pack(raw: Array, packs: Array, adjoint: bool, packed: Array) -> None:
    """Weights as [tap, input, output], or for the adjoint [tap, output, input]; zeros fill up whole lanes.

    In half precision as [tap, pair of inputs, output, input of the pair].
    """
    pair = 2 if packed.itemsize == 2 else 1
    for i in range(len(packs)):
        start, place, taps, C, K = packs[i, 0], packs[i, 1], packs[i, 2], packs[i, 3], packs[i, 4]
        apart, sign = wide(C) * wide(K), raw.dtype.type(packs[i, 6])
        rows, columns = (C, K) if packs[i, 5] else (K, C)
        along = (packs[i, 5] != 0) != adjoint  # whether columns are columns of the packed matrix
        width = wide(columns if along else rows)
        for r in range(rows):
            for t in range(taps):
                for c in range(columns):
                    k, j = (r, c) if along else (c, r)
                    to = place + t * apart + k // pair * (pair * width) + pair * j + k % pair
                    packed[to] = as_entry(packed, sign * raw[start + (r * taps + t) * columns + c])


@inner
def gathered(
    x: Array, x0: int, apart: int, count: int, zeros: Array, table: Array, t0: int, s0: int, p0: int, entries: int,
    tiles: int, w: Array, w0: int, K: int, base: Array, b0: int, over: int, bias: Array, out: Array, o0: int,
) -> None:
    """All tiles of a group, in blocks of channels that registers hold: 24, 16 or 8."""
    k = 0
    while k < K:
        left = K - k
        take = 24 if left >= 24 and left != 32 else (16 if left >= 16 else 8)
        for t in range(tiles):
            first, p = t0 + t * entries * POINTS, p0 + t * POINTS
            if take == 24:
                gather_tile(x, x0, apart, count, zeros, table, first, s0, p, entries, w, w0, K, base, b0, over,
                            bias, k, out, o0, (0, 0, 0))
            elif take == 16:
                gather_tile(x, x0, apart, count, zeros, table, first, s0, p, entries, w, w0, K, base, b0, over,
                            bias, k, out, o0, (0, 0))
            else:
                gather_tile(x, x0, apart, count, zeros, table, first, s0, p, entries, w, w0, K, base, b0, over,
                            bias, k, out, o0, (0,))
        k += take


@compiled
def chain_samples(
    lo: int, hi: int, x: Array, given: int, raw: Array, bias: Array, packs: Array, packed: int, passes: Array,
    table: Array, kept: Array, keeps: bool, size: int, out: Array, result: int,
) -> None:
    """Samples lo to hi; x and out are flat, with as many numbers a sample as given, and as result, says."""
    w, zeros, none = np.zeros(packed, x.dtype), np.zeros(packed, x.dtype), np.zeros(packed, bias.dtype)
    pack(raw, packs, False, w)
    inside = kept if keeps else np.empty(size, x.dtype)
    starts = np.zeros(3, np.int64)
    for n in range(lo, hi):
        starts[:] = n * given, n * size * keeps, n * result
        for i in range(len(passes)):
            p = passes[i]
            source, target = x if p[0] == 0 else inside, inside if p[7] == 1 else out
            base = zeros if p[6] == 0 else (x if p[4] == 0 else (inside if p[4] == 1 else out))
            b0 = 0 if p[6] == 0 else starts[p[4]] + p[5]
            gathered(source, starts[p[0]] + p[1], p[2], p[3], zeros, table, p[12], p[13], p[14], p[15], p[17], w,
                     p[10], p[9], base, b0, p[6], bias if p[11] else none, target, starts[p[7]] + p[8])
