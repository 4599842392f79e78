"""CPU version: the active vertices of every cell are joined by union and find."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["label"]


@compiled
def label(k: int, cells: Any, active: Any, labels: Any) -> Any:
    n, k, one = np.uint32(len(active)), np.uint32(k), np.uint32(1)
    parent = np.empty(len(active), np.uint32)
    for i in range(n):
        parent[i] = i
    for c in range(np.uint32(len(cells)) // k):
        first = n  # root of the active vertices of the cell seen so far
        for p in range(c * k, c * k + k):
            i = cells[p]
            if not active[i]:
                continue
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            # The smaller vertex becomes the root, so a root comes before its descendants.
            if first < i:
                parent[i] = first
            elif first < n:
                parent[first] = i
            first = min(first, i)
    count = np.uint32(0)
    for i in range(n):
        if not active[i]:
            labels[i] = 0
        elif parent[i] == i:
            count += one
            labels[i] = count
        else:
            labels[i] = labels[parent[i]]
    return count
