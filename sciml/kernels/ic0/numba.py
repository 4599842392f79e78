"""CPU version of IC(0) for matrices in compressed rows."""

from math import sqrt
from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["factor", "solve"]


@compiled
def factor(starts: Any, columns: Any, values: Any) -> None:
    """Overwrite the lower triangle (columns ascending, diagonal last in its row) by L."""
    for i in range(len(starts) - 1):
        begin, diagonal = starts[i], starts[i + 1] - 1
        pivot = values[diagonal]
        for p in range(begin, diagonal):
            j = columns[p]
            s, t = begin, starts[j]
            total = values[p]
            while s < p and t < starts[j + 1] - 1:
                if columns[s] == columns[t]:
                    total -= values[s] * values[t]
                    s += 1
                    t += 1
                elif columns[s] < columns[t]:
                    s += 1
                else:
                    t += 1
            values[p] = total / values[starts[j + 1] - 1]
            pivot -= values[p] * values[p]
        values[diagonal] = sqrt(pivot if pivot > 1e-12 * values[diagonal] else values[diagonal])


@compiled
def solve(starts: Any, columns: Any, values: Any, r: Any, z: Any) -> None:
    """z = (L L')^-1 r."""
    n = len(starts) - 1
    for i in range(n):
        total = r[i]
        for p in range(starts[i], starts[i + 1] - 1):
            total -= values[p] * z[columns[p]]
        z[i] = total / values[starts[i + 1] - 1]
    for i in range(n - 1, -1, -1):
        last = z[i] / values[starts[i + 1] - 1]
        z[i] = last
        for p in range(starts[i], starts[i + 1] - 1):
            z[columns[p]] -= values[p] * last
