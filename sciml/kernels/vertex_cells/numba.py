"""CPU version of the counting sort of corners."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["count", "fill"]


@compiled
def count(lo: int, hi: int, k: int, cells: Any, starts: Any) -> None:
    """Number of corners at vertex i, into starts[i + 1]."""
    lo, hi, one = np.uint32(lo), np.uint32(hi), np.uint32(1)
    for i in cells:
        if lo <= i < hi:
            starts[i + one] += one


@compiled
def fill(lo: int, hi: int, k: int, cells: Any, starts: Any, corners: Any) -> None:
    free = starts.copy()
    m = np.uint32(len(cells) // k)
    lo, hi, k, one, four = np.uint32(lo), np.uint32(hi), np.uint32(k), np.uint32(1), np.uint32(4)
    for c in range(m):
        for a in range(k):
            i = cells[c * k + a]
            if lo <= i < hi:
                corners[free[i]] = four * c + a
                free[i] += one
