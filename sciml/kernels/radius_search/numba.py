"""CPU version: the cells around each cell, row after row of cells, each row a range of sorted points."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled_exact, inner, inner_exact

__all__ = ["search_slab"]

LAST = np.int32(2**31 - 1)
ONE, LANES, BLOCK = np.uint64(1), np.uint64(32), np.uint64(256)


@inner_exact
def near(walls: Any, c: int, reach: Any) -> Any:
    """First and last cell of an axis that come within reach of cell c."""
    first, last = c, c
    while first > 0 and walls[first] >= walls[c] - reach:
        first -= 1
    while last < len(walls) - 2 and walls[last + 1] <= walls[c + 1] + reach:
        last += 1
    return first, last


@inner_exact
def count_range(begin: Any, end: Any, points: Any, x: Any, y: Any, z: Any, limit: Any) -> Any:
    X, Y, Z = points
    total = np.uint64(0)
    for p in range(begin, end):
        dx, dy, dz = X[p] - x, Y[p] - y, Z[p] - z
        total += np.uint64(dx * dx + dy * dy + dz * dz <= limit)
    return total


@inner_exact
def append_range(
    begin: Any, end: Any, points: Any, x: Any, y: Any, z: Any, limit: Any, order: Any, itself: Any, hits: Any, m: Any
) -> Any:
    """Every point is written; the place moves on behind those within the radius, so nothing is to be predicted."""
    X, Y, Z = points
    for p in range(begin, end):
        dx, dy, dz = X[p] - x, Y[p] - y, Z[p] - z
        key = order[p]
        hits[m] = key
        m += np.uint64((dx * dx + dy * dy + dz * dz <= limit) & (key != itself))
    return m


@inner
def rank_blocks(keys: Any, m: Any, row: Any) -> None:
    """Sort each block of keys[:m], all different, into `row`: the rank of a key is the number of smaller ones.

    Counting vectorises: all passes have one length, the keys being padded with large ones.
    """
    for a in range(m, m + LANES):
        keys[a] = LAST
    for lo in range(np.uint64(0), m, BLOCK):
        hi = min(lo + BLOCK, m)
        for a in range(lo, hi):
            key = keys[a]
            rank = np.int32(0)
            for start in range(lo, hi, LANES):
                for b in range(LANES):
                    rank += np.int32(keys[start + b] < key)
            row[lo + np.uint64(rank)] = key


@inner
def merge_blocks(row: Any, m: Any, spare: Any) -> None:
    """Merge the sorted blocks of a long row."""
    width = BLOCK
    while width < m:
        for a in range(m):
            spare[a] = row[a]
        for lo in range(np.uint64(0), m, width + width):
            a, middle = lo, min(lo + width, m)
            b, end = middle, min(lo + width + width, m)
            for place in range(lo, end):
                if b >= end or (a < middle and spare[a] < spare[b]):
                    row[place] = spare[a]
                    a += ONE
                else:
                    row[place] = spare[b]
                    b += ONE
        width += width


@compiled_exact
def search_slab(
    lo: int, hi: int, cells: Any, queries: Any, skip: Any, reach: Any, limit: Any, most: int, starts: Any,
    indices: Any, room: int,
) -> int:
    """Neighbours of the queries lo..hi in the order of cells; returns their number.

    While there is no `room` it counts into `starts`, one place ahead, and gives up beyond `most`.
    Else `starts` are those of the rows, none longer than `room`, and indices are filled in.
    """
    walls, first, order, coordinates = cells
    _, query_first, query_order, places = queries
    points = (coordinates[0], coordinates[1], coordinates[2])
    hits = np.empty(room + 64, np.int32)
    n1, n2 = len(walls[1]) - 1, len(walls[2]) - 1
    total = np.uint64(0)
    for c in range(len(query_first) - 1):
        begin_query, end_query = max(lo, query_first[c]), min(hi, query_first[c + 1])
        if begin_query >= end_query:
            continue
        i0, i1 = near(walls[0], c // n2 // n1, reach)
        j0, j1 = near(walls[1], c // n2 % n1, reach)
        k0, k1 = near(walls[2], c % n2, reach)
        for s in range(begin_query, end_query):
            x, y, z, q = places[0, s], places[1, s], places[2, s], query_order[s]
            itself, m = skip[q], np.uint64(0)
            for i in range(i0, i1 + 1):
                for j in range(j0, j1 + 1):
                    row = (i * n1 + j) * n2
                    begin, end = np.uint64(first[row + k0]), np.uint64(first[row + k1 + 1])
                    if room == 0:
                        m += count_range(begin, end, points, x, y, z, limit)
                    else:
                        m = append_range(begin, end, points, x, y, z, limit, order, itself, hits, m)
            if room == 0:
                m -= np.uint64(itself >= 0)
                starts[q + 1] = m
            else:
                found = indices[starts[q] : starts[q + 1]]
                rank_blocks(hits, m, found)
                if m > BLOCK:
                    merge_blocks(found, m, hits)
            total += m
        if total > np.uint64(most):
            break
    return int(total)
