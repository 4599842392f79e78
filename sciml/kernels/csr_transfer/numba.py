"""CPU version of residual sums and their adjoint."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["add_coarse", "residuals", "sum_values"]


@compiled
def residuals(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, d: Any, x: Any, f: Any, r: Any
) -> None:
    one = np.uint64(1)  # unsigned indices: signed ones are checked for wrap-around
    for i in range(np.uint64(lo), np.uint64(hi)):
        total = f[i] - d[i] * x[i]
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            total += weights[p] * x[np.uint64(columns[p])]
        r[i] = total


@compiled
def add_coarse(lo: int, hi: int, labels: Any, coarse: Any, x: Any) -> None:
    for i in range(lo, hi):
        if labels[i] >= 0:
            x[i] += coarse[labels[i]]


@compiled
def sum_values(labels: Any, values: Any, coarse: Any) -> None:
    coarse[:] = 0
    for i in range(len(values)):
        if labels[i] >= 0:
            coarse[labels[i]] += values[i]
