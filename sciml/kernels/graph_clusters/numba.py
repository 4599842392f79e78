"""CPU version of the clustering of graph nodes: blocks in order, rows of members scanned once or twice."""

from typing import Any

import numpy as np

from sciml.kernels._merge import find, merge_pieces, strong_pieces
from sciml.kernels._numba import compiled, inner

__all__ = ["cluster_blocks", "follow_leaves", "sort_labels", "sort_members"]


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


@inner
def _inner_edges(
    starts: Any, columns: Any, weights: Any, block: Any, members: Any, place: Any, b: int, begin: int, end: int,
    tail: Any, head: Any, weight: Any,
) -> Any:
    """Edges between members of block b, by their places, so that the rows are read once only. Returns their number."""
    edges = np.int64(0)  # a literal 0 makes numba compile what it is passed to twice
    for x in range(end - begin):
        i = members[begin + x]
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            if j < i and block[j] == b:
                tail[edges], head[edges], weight[edges] = place[j], x, weights[p]
                edges += 1
    return edges


@inner
def _pieces(
    n: int, tail: Any, head: Any, weight: Any, edges: int, limit: Any, near: Any, strong: Any, root: Any
) -> bool:
    """Parts of fewer than 64 nodes that edges >= limit connect, found with a bit for each node.

    root = smallest node of each part. Returns whether weaker edges join different parts.
    """
    bit, none = np.uint64(1), np.uint64(0)
    near[:n] = none
    strong[:n] = none
    for e in range(edges):
        x, y = tail[e], head[e]
        near[x] |= bit << np.uint64(y)
        if weight[e] >= limit:
            strong[x] |= bit << np.uint64(y)
            strong[y] |= bit << np.uint64(x)
    rest, crossing = (bit << np.uint64(n)) - bit, False
    for x in range(n):
        if (rest >> np.uint64(x)) & bit:
            part, before = bit << np.uint64(x), none
            while part != before:
                before = part
                for y in range(x, n):
                    if (part >> np.uint64(y)) & bit:
                        part |= strong[y]
            for y in range(x, n):
                if (part >> np.uint64(y)) & bit:
                    root[y] = x
                    crossing = crossing or (near[y] & ~part) != none
            rest &= ~part
    return crossing


@compiled
def cluster_blocks(
    starts: Any, columns: Any, weights: Any, d: Any, kappa: Any, block: Any, bounds: Any, members: Any, place: Any,
    theta: Any, labels: Any, top: Any, home: Any, reach: Any,
) -> int:
    """Number the clusters block by block. Returns how many there are."""
    largest = most_edges = 0
    for b in range(len(bounds) - 1):
        largest = max(largest, bounds[b + 1] - bounds[b])
        total = 0
        for q in range(bounds[b], bounds[b + 1]):
            total += starts[members[q] + 1] - starts[members[q]]
        most_edges = max(most_edges, total)
    root, number, slot = np.empty(largest, np.int32), np.empty(largest, np.int32), np.empty(largest, np.int32)
    number[:] = -1
    slot[:] = -1
    most, local, near, strong = np.empty(largest), np.empty(largest), np.empty(64, np.uint64), np.empty(64, np.uint64)
    tail, head, weight = np.empty(most_edges, np.int32), np.empty(most_edges, np.int32), np.empty(most_edges)
    left, right, merged = np.empty_like(tail), np.empty_like(head), np.empty_like(weight)
    clusters = 0
    for b in range(len(bounds) - 1):
        begin, end = bounds[b], bounds[b + 1]
        if begin == end:
            continue
        n = end - begin
        highest = 0.0
        for x in range(n):
            local[x] = kappa[members[begin + x]]
            highest = max(highest, local[x])
            most[x] = 0
        edges = _inner_edges(starts, columns, weights, block, members, place, b, begin, end, tail, head, weight)
        if n < 64:
            weaker = _pieces(n, tail, head, weight, edges, theta * highest, near, strong, root)
        else:
            strong_pieces(n, local, tail, head, weight, edges, theta, root)
            weaker = True
        if weaker:
            for e in range(edges):
                left[e], right[e], merged[e] = tail[e], head[e], weight[e]
            merge_pieces(n, local, left, right, merged, edges, theta, root, slot)
        for e in range(edges):
            x, y = tail[e], head[e]
            if root[x] == root[y]:
                most[x] = max(most[x], weight[e])
                most[y] = max(most[y], weight[e])
        for x in range(n):
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
        for x in range(n):
            number[x] = -1
    return clusters


@compiled
def sort_labels(labels: Any, members: Any, order: Any, begins: Any) -> None:
    """order = members cluster by cluster, begins = where each cluster begins."""
    begins[:] = 0
    for i in range(len(labels)):
        if labels[i] >= 0:
            begins[labels[i] + 1] += 1
    for a in range(len(begins) - 1):
        begins[a + 1] += begins[a]
    position = begins.copy()
    for i in members:
        if labels[i] >= 0:
            order[position[labels[i]]] = i
            position[labels[i]] += 1
