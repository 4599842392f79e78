"""CPU version of SOR sweeps over compressed rows; unsigned indices, since signed ones are checked for wrap-around."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["backward", "first", "forward", "independent"]


@compiled
def first(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    """Forward sweep from x = 0: only rows already visited count, whatever x holds."""
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = f[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j = np.uint64(columns[p])
            if j < i:
                total += weights[p] * x[j]
        x[i] = omega * total * inverse[i]


@compiled
def forward(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = f[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total += weights[p] * x[np.uint64(columns[p])]
        x[i] += omega * (total * inverse[i] - x[i])


@compiled
def backward(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    one = np.uint64(1)
    for k in range(np.uint64(hi) - np.uint64(lo)):
        i = np.uint64(hi) - one - k
        total = f[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total += weights[p] * x[np.uint64(columns[p])]
        x[i] += omega * (total * inverse[i] - x[i])


@compiled
def independent(lo: int, hi: int, starts: Any, columns: Any, home: Any) -> bool:
    """Whether no edge joins rows lo..hi of different homes."""
    for i in range(lo, hi):
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if lo <= j < hi and home[j] != home[i]:
                return False
    return True
