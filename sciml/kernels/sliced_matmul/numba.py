"""CPU version of the product in slices."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES, fetch, gather, load, no_lanes, plus, store
from sciml.kernels._numba import compiled
from sciml.kernels._sliced import AHEAD

__all__ = ["product"]


@compiled
def product(
    lo: int, hi: int, firsts: Any, starts: Any, columns: Any, values: Any, x: Any, b: Any, add: Any, scale: Any, y: Any
) -> None:
    """``y = b + scale A x`` if `add`, or without b; rows of slices with fewer than `LANES` one by one."""
    none, one, lanes, ahead = np.uint64(0), np.uint64(1), np.uint64(LANES), np.uint64(AHEAD)
    for s in range(np.uint64(lo), np.uint64(hi)):
        i, end = np.uint64(firsts[s]), np.uint64(firsts[s + one])
        begin, stop = np.uint64(starts[s]), np.uint64(starts[s + one])
        if end - i == lanes:
            sums = no_lanes(y)
            for p in range(begin, stop, lanes):
                fetch(columns, p + ahead)
                fetch(values, p + ahead)
                sums = plus(sums, load(values, p, none), gather(x, columns, p))
            if add:
                store(y, i, none, plus(load(b, i, none), scale, sums))
            else:
                store(y, i, none, plus(no_lanes(y), scale, sums))
        else:
            for lane in range(end - i):
                total = y.dtype.type(0)
                for p in range(begin + lane, stop, lanes):
                    total += values[p] * x[np.uint64(columns[p])]
                y[i + lane] = b[i + lane] + scale * total if add else scale * total
