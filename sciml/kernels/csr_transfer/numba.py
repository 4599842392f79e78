"""CPU version of residual sums and their adjoint."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["add_coarse", "sum_residuals", "sum_values"]


@compiled
def sum_residuals(
    starts: Any, columns: Any, weights: Any, d: Any, x: Any, f: Any, labels: Any, coarse: Any
) -> None:
    coarse[:] = 0
    for i in range(len(f)):
        if labels[i] >= 0:
            total = f[i] - d[i] * x[i]
            for p in range(starts[i], starts[i + 1]):
                total += weights[p] * x[columns[p]]
            coarse[labels[i]] += total


@compiled
def add_coarse(labels: Any, coarse: Any, x: Any) -> None:
    for i in range(len(x)):
        if labels[i] >= 0:
            x[i] += coarse[labels[i]]


@compiled
def sum_values(labels: Any, values: Any, coarse: Any) -> None:
    coarse[:] = 0
    for i in range(len(values)):
        if labels[i] >= 0:
            coarse[labels[i]] += values[i]
