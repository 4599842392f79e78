"""Gradients of a chain, sample by sample and from its end to its beginning."""

import numpy as np

from sciml.kernels._gathered import POINTS, outer_tile
from sciml.kernels._lanes import LANES
from sciml.kernels._numba import compiled, inner
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.numba import gathered, pack, wide

__all__ = ["gradient_samples"]

CHUNK = 128  # points whose values stay in cache while all entries of a kernel pass over them


@inner
def outer(
    x: Array, x0: int, C: int, zeros: Array, table: Array, t0: int, s0: int, p0: int, entries: int, points: int,
    g: Array, g0: int, K: int, out: Array, o0: int,
) -> None:
    """Gradient by the weights of a group: [tap, input, output]."""
    for lo in range(0, points, CHUNK):
        hi = min(points, lo + CHUNK)
        for s in range(entries):
            t, step = t0 + s * POINTS, entries * POINTS
            for c in range(0, C, LANES):
                o, k = o0 + (table[s0 + s] * C + c) * K, 0
                while k < K:
                    left = K - k
                    take = 24 if left >= 24 and left != 32 else (16 if left >= 16 else 8)
                    if take == 24:
                        outer_tile(x, x0 + c, C, zeros, table, t, p0, step, lo, hi, g, g0 + k, K, out, o + k, (0, 0, 0))
                    elif take == 16:
                        outer_tile(x, x0 + c, C, zeros, table, t, p0, step, lo, hi, g, g0 + k, K, out, o + k, (0, 0))
                    else:
                        outer_tile(x, x0 + c, C, zeros, table, t, p0, step, lo, hi, g, g0 + k, K, out, o + k, (0,))
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
    kept: Array, size: int, g: Array, result: int, gx: Array, wanted: bool,
) -> Array:
    """Gradient by all weights; that by x is added to gx if wanted."""
    w, gw, zeros = np.zeros(packed, x.dtype), np.zeros(packed, x.dtype), np.zeros(packed, x.dtype)
    pack(raw, packs, True, w)
    inside = np.empty(size, x.dtype)
    starts = np.zeros(3, np.int64)
    for n in range(lo, hi):
        starts[:] = n * given, 0, n * result
        inside[:] = 0
        for i in range(len(passes)):
            p = passes[i]
            by_target, to = g if p[1] == 2 else inside, starts[p[1]] + p[2]
            if p[0] == 1:
                values, of = (x, n * given) if p[5] == 0 else (kept, n * size)
                outer(values, of + p[6], p[7], zeros, table, p[11], p[12], p[13], p[14], p[15],
                      by_target, to, p[3], gw, p[9])
            elif wanted or p[5] == 1:
                by_source, at = gx if p[5] == 0 else inside, starts[p[5]] + p[6]
                if p[0] == 0:
                    for k in range(p[10]):
                        by_source[at + k] += by_target[to + k]
                else:
                    gathered(by_target, to, p[3], p[4], zeros, table, p[11], p[12], p[13], p[14], p[16], w, p[9], p[7],
                             by_source, at, p[7], zeros, by_source, at)
    by_raw = np.empty_like(raw)
    unpack(gw, packs, by_raw)
    return by_raw
