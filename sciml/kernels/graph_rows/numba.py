"""CPU version of the row totals."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["axis_totals", "row_totals"]


@compiled
def row_totals(starts: Any, weights: Any, s: Any, d: Any, heaviest: Any) -> None:
    for i in range(len(s)):
        total, most = s[i], s[i] * 0
        for p in range(starts[i], starts[i + 1]):
            total += weights[p]
            most = max(most, weights[p])
        d[i] = total
        heaviest[i] = most


@compiled
def axis_totals(
    starts: Any, columns: Any, weights: Any, home: Any, strides: Any, every: int, totals: Any, counts: Any
) -> None:
    """Weight and number of the edges between blocks whose indices differ by one stride, per axis."""
    for i in range(0, len(home), every):
        for p in range(starts[i], starts[i + 1]):
            step = home[columns[p]] - home[i]
            for axis in range(3):
                if step == strides[axis]:
                    totals[axis] += weights[p]
                    counts[axis] += 1
