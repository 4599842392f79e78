"""CPU version of the pattern."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["rows"]


@compiled
def rows(
    lo: int, hi: int, k: int, cells: Any, starts: Any, corners: Any, vertices: Any, number: Any, counts: Any
) -> Any:
    """Sorted columns of rows lo..hi; the lengths of these rows go into counts[row + 1]."""
    n, k, one, four = np.uint32(len(vertices)), np.uint32(k), np.uint32(1), np.uint32(4)
    seen = np.full(len(vertices), n, np.uint32)
    most = 0
    for row in range(np.uint32(lo), np.uint32(hi)):
        i = vertices[row]
        most += (starts[i + one] - starts[i]) * k
    columns = np.empty(most, np.uint32)  # most of it is never touched
    end = np.uint32(0)
    for row in range(np.uint32(lo), np.uint32(hi)):
        i = vertices[row]
        begin = end
        for q in range(starts[i], starts[i + one]):
            first = corners[q] // four * k
            for p in range(first, first + k):
                column = number[cells[p]]
                if column >= n or seen[column] == row:
                    continue
                seen[column] = row
                place = end
                while place > begin and columns[place - one] > column:  # rows are short
                    columns[place] = columns[place - one]
                    place -= one
                columns[place] = column
                end += one
        counts[row + one] = end - begin
    return columns[:end].copy()
