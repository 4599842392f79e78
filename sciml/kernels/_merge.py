"""Agglomeration of a few nodes joined by weighted edges, compiled into the kernels that cluster blocks."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["find", "merge"]


@compiled
def find(root: Any, i: int) -> int:
    """Representative of i; halves the path on the way."""
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@compiled
def _join(root: Any, i: int, j: int) -> None:
    """Unite the sets of i and j under the smaller representative."""
    i, j = find(root, i), find(root, j)
    if i < j:
        root[j] = i
    else:
        root[i] = j


@compiled
def _contract(root: Any, tail: Any, head: Any, weight: Any, edges: int) -> int:
    """Let the edges join representatives; drop those within a cluster. Returns how many stay."""
    kept = 0
    for e in range(edges):
        a, b = root[tail[e]], root[head[e]]
        if a != b:
            tail[kept], head[kept], weight[kept] = a, b, weight[e]
            kept += 1
    return kept


@compiled
def _gather(a: int, tail: Any, head: Any, weight: Any, edges: int, slot: Any) -> int:
    """Add up parallel edges of the cluster a; `slot` is -1 everywhere before and after."""
    kept = 0
    for e in range(edges):
        other = head[e] if tail[e] == a else (tail[e] if head[e] == a else -1)
        if other >= 0 and slot[other] >= 0:
            weight[slot[other]] += weight[e]
            continue
        if other >= 0:
            slot[other] = kept
        tail[kept], head[kept], weight[kept] = tail[e], head[e], weight[e]
        kept += 1
    for e in range(kept):
        slot[tail[e]] = -1
        slot[head[e]] = -1
    return kept


@compiled
def merge(n: int, kappa: Any, tail: Any, head: Any, weight: Any, edges: int, theta: Any, root: Any, slot: Any) -> int:
    """Merge n nodes along strong edges; ``root[i]`` becomes the smallest node of i's cluster.

    Two clusters joined by the total weight W merge when W >= theta max(kappa_1, kappa_2), largest
    ratio first; kappa of the union is the maximum. An edge that is strong against the largest kappa
    of all stays strong whatever merges, so those come first, without asking for an order.
    Overwrites kappa (valid at the roots) and the edges; `slot` must be -1 and is left so.
    Returns the number of clusters.
    """
    top = kappa[0]
    for i in range(n):
        root[i] = i
        top = max(top, kappa[i])
    for e in range(edges):
        if weight[e] >= theta * top:
            _join(root, tail[e], head[e])
    clusters = 0
    for i in range(n):
        root[i] = find(root, i)
        kappa[root[i]] = max(kappa[root[i]], kappa[i])
        clusters += root[i] == i
    edges = _contract(root, tail, head, weight, edges)
    if edges > 1:
        for i in range(n):
            if root[i] == i:
                edges = _gather(i, tail, head, weight, edges, slot)
    while edges > 0:
        best = 0
        K = max(kappa[tail[0]], kappa[head[0]])
        for e in range(1, edges):
            k = max(kappa[tail[e]], kappa[head[e]])
            if weight[e] * K > weight[best] * k:
                best, K = e, k
        if weight[best] < theta * K:
            break
        a, b = min(tail[best], head[best]), max(tail[best], head[best])
        kappa[a] = K
        for i in range(n):
            if root[i] == b:
                root[i] = a
        clusters -= 1
        edges = _contract(root, tail, head, weight, edges)
        edges = _gather(a, tail, head, weight, edges, slot)
    return clusters
