"""Numbers one after another: what a function has many of lies in the fastest cache."""

import numpy as np

from sciml.kernels._half import as_entry, single
from sciml.kernels._numba import compiled
from sciml.kernels._stencil import Array

__all__ = ["slopes", "values"]


@compiled
def values(lo: int, hi: int, x: Array, table: Array, out: Array) -> None:
    """Entries lo to hi."""
    for i in range(np.uint64(lo), np.uint64(hi)):
        out[i] = table[x[i]]


@compiled
def slopes(lo: int, hi: int, x: Array, table: Array, g: Array, out: Array) -> None:
    """Entries lo to hi."""
    for i in range(np.uint64(lo), np.uint64(hi)):
        out[i] = as_entry(out, single(g, i) * table[x[i]])
