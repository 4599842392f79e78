"""CPU version of SOR sweeps over compressed rows."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["backward", "first", "forward", "independent"]


@compiled
def first(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    """Forward sweep from x = 0: only rows already visited count, whatever x holds."""
    for i in range(lo, hi):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if j < i:
                total += weights[p] * x[j]
        x[i] = omega * total * inverse[i]


@compiled
def forward(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    for i in range(lo, hi):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            total += weights[p] * x[columns[p]]
        x[i] += omega * (total * inverse[i] - x[i])


@compiled
def backward(
    lo: int, hi: int, starts: Any, columns: Any, weights: Any, inverse: Any, x: Any, f: Any, omega: Any
) -> None:
    for i in range(hi - 1, lo - 1, -1):
        total = f[i]
        for p in range(starts[i], starts[i + 1]):
            total += weights[p] * x[columns[p]]
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
