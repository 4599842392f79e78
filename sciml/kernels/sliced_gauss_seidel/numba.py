"""CPU version of substitution in slices; rows of slices with fewer than `LANES` one by one.

One loop for both directions would not know which way to go through memory, which makes it slower by a tenth.
"""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, fetch, gather, load, no_lanes, plus, store
from sciml.kernels._numba import compiled
from sciml.kernels._sliced import AHEAD

__all__ = ["backward", "forward"]


@compiled
def forward(
    lo: int, hi: int, firsts: Any, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any
) -> None:
    """Solve (D + L) x = b for what lies below the diagonal."""
    none, one, lanes, ahead = np.uint64(0), np.uint64(1), np.uint64(LANES), np.uint64(AHEAD)
    minus = x.dtype.type(-1)
    for s in range(np.uint64(lo), np.uint64(hi)):
        i, end = np.uint64(firsts[s]), np.uint64(firsts[s + one])
        begin, stop = np.uint64(starts[s]), np.uint64(starts[s + one])
        if end - i == lanes:
            sums = no_lanes(x)
            for p in range(begin, stop, lanes):
                fetch(columns, p + ahead)
                fetch(values, p + ahead)
                sums = plus(sums, load(values, p, none), gather(x, columns, p))
            store(x, i, none, plus(no_lanes(x), load(inverse, i, none), plus(load(b, i, none), minus, sums)))
        else:
            for lane in range(end - i):
                total = b[i + lane]
                for p in range(begin + lane, stop, lanes):
                    total -= values[p] * x[np.uint64(columns[p])]
                x[i + lane] = inverse[i + lane] * total


@compiled
def backward(
    lo: int, hi: int, firsts: Any, starts: Any, columns: Any, values: Any, inverse: Any, b: Any, x: Any
) -> None:
    """Solve (D + U) x = b for what lies above, from the last entry to the first."""
    none, one, lanes, ahead = np.uint64(0), np.uint64(1), np.uint64(LANES), np.uint64(AHEAD)
    minus = x.dtype.type(-1)
    for k in range(np.uint64(hi) - np.uint64(lo)):
        s = np.uint64(hi) - one - k
        i, end = np.uint64(firsts[s]), np.uint64(firsts[s + one])
        begin, stop = np.uint64(starts[s]), np.uint64(starts[s + one])
        if end - i == lanes:
            sums = no_lanes(x)
            for q in range(lanes, stop - begin + lanes, lanes):
                p = stop - q
                fetch(columns, p - ahead)
                fetch(values, p - ahead)
                sums = plus(sums, load(values, p, none), gather(x, columns, p))
            store(x, i, none, plus(no_lanes(x), load(inverse, i, none), plus(load(b, i, none), minus, sums)))
        else:
            for lane in range(end - i):
                total = b[i + lane]
                for p in range(begin + lane, stop, lanes):
                    total -= values[p] * x[np.uint64(columns[p])]
                x[i + lane] = inverse[i + lane] * total
