"""CPU version of the clustering of graph nodes: blocks in order, rows of members scanned once or twice."""

from typing import Any

import numpy as np

from sciml.kernels._merge import find, merge
from sciml.kernels._numba import compiled

__all__ = ["cluster_blocks", "follow_leaves", "sort_members"]


@compiled
def follow_leaves(
    starts: Any, columns: Any, weights: Any, d: Any, heaviest: Any, kappa: Any, theta: Any, block: Any, moved: Any
) -> None:
    """moved = block of each node after leaves went to the block of the neighbour they hang on."""
    n = len(d)
    root = np.arange(n).astype(np.int32)
    for i in range(n):
        if 2 * heaviest[i] >= d[i] > 0 and heaviest[i] >= theta * kappa[i]:
            p = starts[i]
            while weights[p] < heaviest[i]:
                p += 1
            j = columns[p]
            if block[i] != block[j] and heaviest[i] >= theta * kappa[j]:
                x, y = find(root, i), find(root, j)
                if x != y:
                    root[x] = y
    for i in range(n):
        moved[i] = block[find(root, i)]


@compiled
def sort_members(block: Any, bounds: Any, members: Any, place: Any) -> None:
    """Members of each block in ascending order, where they begin, and the place of each node within its block."""
    bounds[:] = 0
    for i in range(len(block)):
        bounds[block[i] + 1] += 1
    for b in range(len(bounds) - 1):
        bounds[b + 1] += bounds[b]
    position = bounds.copy()
    for i in range(len(block)):
        b = block[i]
        members[position[b]] = i
        place[i] = position[b] - bounds[b]
        position[b] += 1


@compiled
def _join_strong(
    starts: Any, columns: Any, weights: Any, block: Any, members: Any, place: Any, b: int, begin: int, end: int,
    limit: Any, root: Any, most: Any,
) -> int:
    """Unite members along edges >= limit; most = heaviest edge of each within the block. Returns the pieces left."""
    for x in range(end - begin):
        root[x] = x
    pieces = end - begin
    for x in range(end - begin):
        i = members[begin + x]
        m = weights[0] * 0
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if block[j] == b:
                w = weights[p]
                m = max(m, w)
                if w >= limit and j < i:
                    u, v = find(root, x), find(root, place[j])
                    if u != v:
                        root[max(u, v)] = min(u, v)
                        pieces -= 1
        most[x] = m
    return pieces


@compiled
def _merge_block(
    starts: Any, columns: Any, weights: Any, kappa: Any, block: Any, members: Any, place: Any, b: int, begin: int,
    end: int, theta: Any, work: Any,
) -> None:
    """Clusters of a block that its strong edges alone do not join; heaviest edges within the clusters."""
    local, root, slot, most, tail, head, weight = work
    edges = 0
    for x in range(end - begin):
        i = members[begin + x]
        local[x] = kappa[i]
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if j < i and block[j] == b:
                tail[edges], head[edges], weight[edges] = place[j], x, weights[p]
                edges += 1
    merge(end - begin, local, tail, head, weight, edges, theta, root, slot)
    for x in range(end - begin):
        i = members[begin + x]
        most[x] = 0
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if block[j] == b and root[place[j]] == root[x]:
                most[x] = max(most[x], weights[p])


@compiled
def cluster_blocks(
    starts: Any, columns: Any, weights: Any, d: Any, kappa: Any, block: Any, bounds: Any, members: Any, place: Any,
    theta: Any, labels: Any, order: Any, begins: Any, top: Any, home: Any, reach: Any,
) -> int:
    """Number the clusters block by block; order = nodes cluster by cluster. Returns the number of clusters."""
    largest = edges = 0
    for b in range(len(bounds) - 1):
        largest = max(largest, bounds[b + 1] - bounds[b])
        total = 0
        for q in range(bounds[b], bounds[b + 1]):
            total += starts[members[q] + 1] - starts[members[q]]
        edges = max(edges, total)
    root, number = np.empty(largest, np.int32), np.full(largest, -1, np.int32)
    most = np.empty(largest, weights.dtype)
    work = (
        np.empty(largest, weights.dtype), root, np.full(largest, -1, np.int32), most,
        np.empty(edges, np.int32), np.empty(edges, np.int32), np.empty(edges, weights.dtype),
    )
    clusters = 0
    for b in range(len(bounds) - 1):
        begin, end = bounds[b], bounds[b + 1]
        if begin == end:
            continue
        highest = kappa[members[begin]]
        for q in range(begin, end):
            highest = max(highest, kappa[members[q]])
        pieces = _join_strong(
            starts, columns, weights, block, members, place, b, begin, end, theta * highest, root, most
        )
        if pieces > 1:
            _merge_block(starts, columns, weights, kappa, block, members, place, b, begin, end, theta, work)
        for x in range(end - begin):
            i = members[begin + x]
            r = find(root, x)
            if d[i] <= 0:
                labels[i] = -1
                continue
            if number[r] < 0:
                number[r] = clusters
                home[clusters] = b
                top[clusters] = kappa[i]
                clusters += 1
            labels[i] = number[r]
            top[number[r]] = max(top[number[r]], kappa[i])
            reach[i] = 1 / most[x] if most[x] > 0 else 0
        for x in range(end - begin):
            number[x] = -1
    for a in range(clusters + 1):
        begins[a] = 0
    for i in range(len(d)):
        if labels[i] >= 0:
            begins[labels[i] + 1] += 1
    for a in range(clusters):
        begins[a + 1] += begins[a]
    position = begins[:clusters].copy()
    for q in range(len(d)):
        i = members[q]
        if labels[i] >= 0:
            order[position[labels[i]]] = i
            position[labels[i]] += 1
    return clusters
