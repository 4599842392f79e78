"""Agglomeration of a few nodes joined by weighted edges, compiled into the kernels that cluster blocks."""

from typing import Any

from sciml.kernels._numba import inner

__all__ = ["find", "merge_pieces", "strong_pieces"]


@inner
def find(root: Any, i: int) -> int:
    """Representative of i; halves the path on the way."""
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@inner
def _join(root: Any, i: int, j: int) -> None:
    """Unite the sets of i and j under the smaller representative."""
    i, j = find(root, i), find(root, j)
    if i < j:
        root[j] = i
    else:
        root[i] = j


@inner
def _contract(root: Any, tail: Any, head: Any, weight: Any, edges: int) -> int:
    """Edges between representatives, parallel ones added up. Returns how many there are."""
    kept = 0
    for e in range(edges):
        a, b = min(root[tail[e]], root[head[e]]), max(root[tail[e]], root[head[e]])
        if a == b:
            continue
        q = 0
        while q < kept and (tail[q] != a or head[q] != b):
            q += 1
        if q < kept:
            weight[q] += weight[e]
        else:
            tail[kept], head[kept], weight[kept] = a, b, weight[e]
            kept += 1
    return kept


@inner
def _absorb(a: int, b: int, tail: Any, head: Any, weight: Any, edges: int, slot: Any) -> int:
    """Edges left when cluster b has become part of a; `slot` is -1 everywhere before and after."""
    kept = 0
    for e in range(edges):
        u, v = (a if tail[e] == b else tail[e]), (a if head[e] == b else head[e])
        if u == v:
            continue
        if u == a or v == a:
            other = u + v - a
            if slot[other] >= 0:
                weight[slot[other]] += weight[e]
                continue
            slot[other] = kept
        tail[kept], head[kept], weight[kept] = u, v, weight[e]
        kept += 1
    for e in range(kept):
        slot[tail[e]] = -1
        slot[head[e]] = -1
    return kept


@inner
def strong_pieces(n: Any, kappa: Any, tail: Any, head: Any, weight: Any, edges: Any, theta: Any, root: Any) -> None:
    """Merge n nodes along edges that are strong against the largest kappa of all; ``root[i]`` = smallest of i's piece.

    Such edges stay strong whatever merges, so they come first, without asking for an order.
    """
    top = kappa[0]
    for i in range(n):
        root[i] = i
        top = max(top, kappa[i])
    for e in range(edges):
        if weight[e] >= theta * top:
            _join(root, tail[e], head[e])
    for i in range(n):
        root[i] = find(root, i)


@inner
def merge_pieces(
    n: Any, kappa: Any, tail: Any, head: Any, weight: Any, edges: Any, theta: Any, root: Any, slot: Any
) -> None:
    """Merge pieces, given by their roots, along strong edges; ``root[i]`` becomes the smallest node of i's cluster.

    Two clusters joined by the total weight W merge when W >= theta max(kappa_1, kappa_2), largest
    ratio first; kappa of the union is the maximum.
    Overwrites kappa (valid at the roots) and the edges; `slot` must be -1 and is left so.
    """
    for i in range(n):
        kappa[root[i]] = max(kappa[root[i]], kappa[i])
    edges = _contract(root, tail, head, weight, edges)
    if edges == 0:
        return
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
        root[b] = a
        edges = _absorb(a, b, tail, head, weight, edges, slot)
    for i in range(n):
        root[i] = find(root, i)
