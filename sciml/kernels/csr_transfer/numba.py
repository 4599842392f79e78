"""CPU version of residual sums and their adjoint."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["add_coarse", "residuals", "sum_values"]


@compiled
def residuals(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, d: Any, x: Any, f: Any, r: Any
) -> None:
    for i in range(lo, hi):
        total = f[i] - d[i] * x[i]
        for p in range(starts[i], starts[i + 1]):
            total += weights[p] * x[columns[p]]
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
