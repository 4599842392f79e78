"""Gradients of a chain, sample by sample and from its end to its beginning."""

import numpy as np

from sciml.kernels._gathered import POINTS, outer_tile, pair_lanes
from sciml.kernels._half import add_lanes
from sciml.kernels._lanes import LANES
from sciml.kernels._numba import compiled, inner
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.numba import gathered, pack, wide

__all__ = ["gradient_samples"]

NOWHERE = -(2**40)
CHUNK = 128  # points whose values stay in cache while all entries of a kernel pass over them


@inner
def pair_targets(g: Array, g0: int, K: int, table: Array, p0: int, points: int, zeros: Array, pairs: Array) -> None:
    """Every two points of a group, channel by channel."""
    for p in range(0, points, 2):
        first, second = g0 + table[p0 + p] * K, g0 + table[p0 + p + 1] * K
        for k in range(0, K, LANES):
            pair_lanes(pairs, p * K + 2 * k, g, first + k, second + k, zeros)


@inner
def pair_sources(x: Array, x0: int, C: int, table: Array, l0: int, count: int, zeros: Array, pairs: Array) -> None:
    """All pairs of points that a group asks for, channel by channel; zeros for points outside."""
    for n in range(count):
        i, j = table[l0 + 2 * n], table[l0 + 2 * n + 1]
        first, second = x0 + i * C if i >= 0 else NOWHERE, x0 + j * C if j >= 0 else NOWHERE
        for c in range(0, C, LANES):
            pair_lanes(pairs, 2 * (n * C + c), x, first + c, second + c, zeros)


@inner
def outer(
    x: Array, x0: int, C: int, zeros: Array, table: Array, t0: int, s0: int, p0: int, entries: int, points: int,
    g: Array, g0: int, K: int, out: Array, o0: int,
) -> None:
    """Gradient by the weights of a group, [tap, input, output], in blocks of channels that registers hold."""
    half = x.itemsize == 2
    apart, step = (points + 1) // 2 if half else POINTS, entries * POINTS
    for lo in range(0, points, CHUNK):
        hi = min(points, lo + CHUNK)
        for s in range(entries):
            t = t0 + s * apart
            for c in range(0, C, LANES):
                at, o, k = x0 + (2 * c if half else c), o0 + (table[s0 + s] * C + c) * K, 0
                while k < K:
                    left = K - k
                    take = 24 if left >= 24 and left != 32 else (16 if left >= 16 else 8)
                    if take == 24:
                        outer_tile(x, at, C, zeros, table, t, p0, step, lo, hi, g, g0, K, k, out, o, (0, 0, 0))
                    elif take == 16:
                        outer_tile(x, at, C, zeros, table, t, p0, step, lo, hi, g, g0, K, k, out, o, (0, 0))
                    else:
                        outer_tile(x, at, C, zeros, table, t, p0, step, lo, hi, g, g0, K, k, out, o, (0,))
                    k += take


@inner
def unpack(packed: Array, packs: Array, raw: Array) -> None:
    """Weights from [tap, input, output] to how they lie in memory."""
    for i in range(len(packs)):
        start, place, taps, C, K = packs[i, 0], packs[i, 1], packs[i, 2], packs[i, 3], packs[i, 4]
        apart, sign = wide(C) * wide(K), raw.dtype.type(packs[i, 6])
        rows, columns = (C, K) if packs[i, 5] else (K, C)
        step, stride = (wide(K), 1) if packs[i, 5] else (1, wide(K))
        for r in range(rows):
            for t in range(taps):
                for c in range(columns):
                    raw[start + (r * taps + t) * columns + c] = sign * packed[place + t * apart + r * step + c * stride]


@compiled
def gradient_samples(
    lo: int, hi: int, x: Array, given: int, raw: Array, packs: Array, packed: int, passes: Array, table: Array,
    kept: Array, size: int, g: Array, result: int, gx: Array, wanted: bool, most: int,
    channels: int,
) -> tuple[Array, Array]:
    """Gradients by all weights and by the constants; that by x is written to gx if wanted."""
    w, zeros = np.zeros(packed, x.dtype), np.zeros(packed, x.dtype)
    gw, none = np.zeros(packed, raw.dtype), np.zeros(packed, raw.dtype)
    pack(raw, packs, True, w)
    inside = np.empty(size, x.dtype)
    sources, targets = np.empty(most, x.dtype), np.empty(most, x.dtype)
    by_constants, of_sample = np.zeros(channels, raw.dtype), np.zeros(channels, raw.dtype)
    starts = np.zeros(3, np.int64)
    for n in range(lo, hi):
        starts[:] = n * given, 0, n * result
        inside[:] = 0
        if wanted:
            gx[n * given : (n + 1) * given] = 0
        of_sample[:] = 0
        for p0 in range(n * result, (n + 1) * result, channels):
            for k in range(0, channels, LANES):
                add_lanes(of_sample, k, g, p0 + k)
        by_constants += of_sample
        for i in range(len(passes)):
            p = passes[i]
            by_target, to = g if p[1] == 2 else inside, starts[p[1]] + p[2]
            if p[0] == 1:
                values, of = (x, n * given) if p[5] == 0 else (kept, n * size)
                if x.itemsize == 2:
                    pair_targets(by_target, to, p[3], table, p[13], p[15], zeros, targets)
                    pair_sources(values, of + p[6], p[7], table, p[17], p[18], zeros, sources)
                    outer(sources, 0, p[7], zeros, table, p[19], p[12], p[13], p[14], p[15], targets, 0, p[3], gw, p[9])
                else:
                    outer(values, of + p[6], p[7], zeros, table, p[11], p[12], p[13], p[14], p[15],
                          by_target, to, p[3], gw, p[9])
            elif wanted or p[5] == 1:
                by_source, at = gx if p[5] == 0 else inside, starts[p[5]] + p[6]
                if p[0] == 0:
                    for k in range(0, p[10], LANES):
                        add_lanes(by_source, at + k, by_target, to + k)
                else:
                    gathered(by_target, to, p[3], p[4], zeros, table, p[11], p[12], p[13], p[14], p[16], w, p[9], p[7],
                             by_source, at, p[7], none, by_source, at)
    by_raw = np.empty_like(raw)
    unpack(gw, packs, by_raw)
    return by_raw, by_constants
