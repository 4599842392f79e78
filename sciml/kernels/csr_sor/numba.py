"""CPU version of SOR sweeps over compressed rows."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["backward", "first", "forward"]


@compiled
def first(starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any) -> None:
    """Forward sweep from x = 0: only rows already visited count, whatever x holds."""
    for i in range(len(f)):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if j < i:
                total += weights[p] * x[j]
        x[i] = omega * total * inverse[i]


@compiled
def forward(starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any) -> None:
    for i in range(len(f)):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            total += weights[p] * x[columns[p]]
        x[i] += omega * (total * inverse[i] - x[i])


@compiled
def backward(starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any) -> None:
    for i in range(len(f) - 1, -1, -1):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            total += weights[p] * x[columns[p]]
        x[i] += omega * (total * inverse[i] - x[i])
