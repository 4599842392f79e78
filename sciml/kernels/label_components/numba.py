"""CPU version: runs along the last axis are joined by union and find.

Touching cells of two rows are united once per stretch over which both rows are active, so the
number of unions is that of the stretches, not of the cells.
"""

from typing import Any

from sciml.kernels._numba import compiled, inner

__all__ = ["label"]


@inner
def root(parent: Any, a: int) -> int:
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@inner
def unite(parent: Any, a: int, b: int) -> None:
    """Join two trees; the smaller number, which appeared first, becomes the root."""
    a, b = root(parent, a), root(parent, b)
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@inner
def unite_rows(parent: Any, row: Any, other: Any) -> None:
    touched = False
    for k in range(len(row)):
        touches = row[k] > 0 and other[k] > 0
        if touches and not touched:
            unite(parent, row[k], other[k])
        touched = touches


@inner
def number_runs(active: Any, labels: Any, parent: Any) -> int:
    """Make every run of active cells along the last axis a tree of its own; returns how many there are."""
    n0, n1, n2 = active.shape
    count = 0
    for i in range(n0):
        for j in range(n1):
            inside = False
            for k in range(n2):
                if active[i, j, k] and not inside:
                    count += 1
                    parent[count] = count
                inside = active[i, j, k]
                labels[i, j, k] = count if inside else 0
    return count


@compiled
def label(active: Any, wraps: Any, labels: Any, parent: Any) -> int:
    n0, n1, n2 = active.shape
    runs = number_runs(active, labels, parent)
    for i in range(n0):
        for j in range(n1):
            row = labels[i, j]
            if i > 0 or wraps[0]:
                unite_rows(parent, row, labels[i - 1 if i > 0 else n0 - 1, j])
            if j > 0 or wraps[1]:
                unite_rows(parent, row, labels[i, j - 1 if j > 0 else n1 - 1])
            if wraps[2] and row[0] > 0 and row[n2 - 1] > 0:
                unite(parent, row[0], row[n2 - 1])
    count = 0
    for a in range(1, runs + 1):  # a root comes before its descendants, so the parent is final already
        if parent[a] == a:
            count += 1
            parent[a] = -count
        else:
            parent[a] = parent[parent[a]]
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                labels[i, j, k] = -parent[labels[i, j, k]]
    return count
