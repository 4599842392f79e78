"""CPU version: rows are put into one bucket per smallest vertex, and each bucket has a small hash table.

A counting sort keeps what is compared within a few cache lines; the tables keep a vertex that all rows
share, such as the hub of a fan, from making the work quadratic.
"""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["label"]


@inner
def least(rows: Any, i: int) -> Any:
    smallest = min(rows[i, 0], rows[i, 1])
    for k in range(2, rows.shape[1]):
        smallest = min(smallest, rows[i, k])
    return smallest


@inner
def rest(rows: Any, i: int) -> Any:
    """The other vertices in ascending order, as one number and the last of four."""
    w = rows.shape[1]
    a, b = np.int64(min(rows[i, 0], rows[i, 1])), np.int64(max(rows[i, 0], rows[i, 1]))
    c = d = np.int64(0)
    if w > 2:
        c = np.int64(rows[i, 2])
        a, c = min(a, c), max(a, c)
        b, c = min(b, c), max(b, c)
    if w > 3:
        d = np.int64(rows[i, 3])
        a, d = min(a, d), max(a, d)
        b, d = min(b, d), max(b, d)
        c, d = min(c, d), max(c, d)
    return (b << 32) | c, d


@inner
def fill_buckets(rows: Any, order: Any, starts: Any) -> Any:
    """Sort row numbers by smallest vertex, bucket v from ``starts[v]`` on; returns the size of the largest."""
    for i in range(len(rows)):
        starts[least(rows, i) + 2] += 1
    largest = np.int64(0)
    for v in range(2, len(starts)):
        largest = max(largest, starts[v])
        starts[v] += starts[v - 1]
    for i in range(len(rows)):
        v = least(rows, i) + 1
        order[starts[v]] = i
        starts[v] += 1
    return largest


@compiled
def label(rows: Any, labels: Any, order: Any, starts: Any) -> int:
    largest = fill_buckets(rows, order, starts)
    table = np.empty(max(4, 4 * largest), np.int32)
    first_key, second_key = np.empty(largest, np.int64), np.empty(largest, np.int64)
    for v in range(len(starts) - 2):
        begin, end = starts[v], starts[v + 1]
        mask = np.int64(1)
        while mask < 2 * (end - begin):
            mask = 2 * mask + 1
        for slot in range(mask + 1 if end > begin else 0):
            table[slot] = -1
        for p in range(begin, end):
            i = order[p]
            one, two = rest(rows, i)
            slot = (((one >> 32) * 40503 + (one & 0x7FFFFFFF) * 2654435761 + two * 2246822519) >> 4) & mask
            while table[slot] >= 0 and (first_key[table[slot]] != one or second_key[table[slot]] != two):
                slot = (slot + 1) & mask
            if table[slot] < 0:
                table[slot], first_key[p - begin], second_key[p - begin] = p - begin, one, two
            labels[i] = order[begin + table[slot]]  # for now the row where it appeared first
    count = 0
    for i in range(len(labels)):
        if labels[i] == i:
            labels[i] = count
            count += 1
        else:
            labels[i] = labels[labels[i]]
    return count
