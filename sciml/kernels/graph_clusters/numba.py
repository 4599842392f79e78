"""CPU version of the clustering of graph nodes: blocks in order, rows of members scanned once or twice."""

from typing import Any

import numpy as np

from sciml.kernels._merge import find, merge, merge_pieces
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
def _pieces(
    starts: Any, columns: Any, weights: Any, block: Any, members: Any, place: Any, b: int, begin: int, end: int,
    limit: Any, near: Any, strong: Any, root: Any, most: Any,
) -> bool:
    """Parts of a block of fewer than 64 nodes that edges >= limit connect, found with bits for nodes.

    root = smallest node of each part, most = heaviest edge of each node within the block. Returns
    whether weaker edges join different parts.
    """
    bit, none = np.uint64(1), np.uint64(0)
    for x in range(end - begin):
        i = members[begin + x]
        near[x] = strong[x] = none
        m = weights[0] * 0
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if block[j] == b:
                m = max(m, weights[p])
                near[x] |= bit << np.uint64(place[j])
                if weights[p] >= limit:
                    strong[x] |= bit << np.uint64(place[j])
        most[x] = m
    rest, crossing = (bit << np.uint64(end - begin)) - bit, False
    for x in range(end - begin):
        if (rest >> np.uint64(x)) & bit:
            part, before = bit << np.uint64(x), none
            while part != before:
                before = part
                for y in range(x, end - begin):
                    if (part >> np.uint64(y)) & bit:
                        part |= strong[y]
            for y in range(x, end - begin):
                if (part >> np.uint64(y)) & bit:
                    root[y] = x
                    crossing = crossing or (near[y] & ~part) != none
            rest &= ~part
    return crossing


@compiled
def _merge_block(
    starts: Any, columns: Any, weights: Any, kappa: Any, block: Any, members: Any, place: Any, b: int, begin: int,
    end: int, theta: Any, pieces: bool, local: Any, root: Any, slot: Any, most: Any, tail: Any, head: Any, weight: Any,
) -> None:
    """Clusters of a block, its `pieces` known or not; heaviest edges within the clusters."""
    edges = np.int64(0)  # a literal 0 makes numba compile what it is passed to twice
    for x in range(end - begin):
        i = members[begin + x]
        local[x] = kappa[i]
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if j < i and block[j] == b and not (pieces and root[place[j]] == root[x]):
                tail[edges], head[edges], weight[edges] = place[j], x, weights[p]
                edges += 1
    if pieces:
        merge_pieces(end - begin, local, tail, head, weight, edges, theta, root, slot)
    else:
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
    most, near, strong = np.empty(largest, weights.dtype), np.empty(64, np.uint64), np.empty(64, np.uint64)
    local, slot = np.empty(largest), np.full(largest, -1, np.int32)
    tail, head, weight = np.empty(edges, np.int32), np.empty(edges, np.int32), np.empty(edges)
    clusters = 0
    for b in range(len(bounds) - 1):
        begin, end = bounds[b], bounds[b + 1]
        if begin == end:
            continue
        highest = kappa[members[begin]]
        for q in range(begin, end):
            highest = max(highest, kappa[members[q]])
        small = end - begin < 64
        if not small or _pieces(
            starts, columns, weights, block, members, place, b, begin, end, theta * highest, near, strong, root, most
        ):
            _merge_block(
                starts, columns, weights, kappa, block, members, place, b, begin, end, theta, small, local, root, slot,
                most, tail, head, weight,
            )
        for x in range(end - begin):
            i = members[begin + x]
            r = root[x]
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
