"""CPU version of the clustering: whole blocks are recognised row by row, the others merged one by one."""

from typing import Any

import numpy as np

from sciml.kernels._merge import merge_pieces, strong_pieces
from sciml.kernels._numba import compiled, inner

__all__ = ["ALONE", "cluster_slab", "label_slab", "number"]

ALONE = 255  # local number of an inactive cell
HUGE = 1e300


@inner
def _cells(
    c0: Any, c1: Any, c2: Any, d: Any, i: int, j: int, q: int, kappa: Any, high: Any, alive: Any, local: Any
) -> None:
    """Along row (i, j), row q of its blocks: the largest of the six faces of each cell, and which are active."""
    n0, n1, n2 = c0.shape
    im, jm = (i - 1 if i > 0 else n0 - 1), (j - 1 if j > 0 else n1 - 1)
    for k in range(n2):
        kappa[q, k] = max(max(c0[im, j, k], c0[i, j, k]), max(c1[i, jm, k], c1[i, j, k]))
    kappa[q, 0] = max(kappa[q, 0], max(c2[i, j, n2 - 1], c2[i, j, 0]))
    for k in range(1, n2):
        kappa[q, k] = max(kappa[q, k], max(c2[i, j, k - 1], c2[i, j, k]))
    for k in range(n2):
        high[k] = max(high[k], kappa[q, k])
        alive[k] = max(alive[k], d[i, j, k])
        local[i, j, k] = 0 if d[i, j, k] > 0 else ALONE


@inner
def _inner_faces(
    c0: Any, c1: Any, c2: Any, i: int, j: int, i0: int, i1: int, j0: int, j1: int, r2: int, low: Any, reach: Any
) -> None:
    """low = min(low, faces within blocks) along row (i, j); reach = 1 / their maximum at each cell."""
    n2 = c0.shape[2]
    for k in range(n2):
        reach[i, j, k] = 0
    if i1 - i0 == 2:
        for k in range(n2):
            low[k] = min(low[k], c0[i0, j, k])
            reach[i, j, k] = c0[i0, j, k]
    if j1 - j0 == 2:
        for k in range(n2):
            low[k] = min(low[k], c1[i, j0, k])
            reach[i, j, k] = max(reach[i, j, k], c1[i, j0, k])
    if r2 == 2:
        for K in range(n2 // 2):
            c = c2[i, j, 2 * K]
            low[2 * K] = min(low[2 * K], c)
            reach[i, j, 2 * K] = max(reach[i, j, 2 * K], c)
            reach[i, j, 2 * K + 1] = max(reach[i, j, 2 * K + 1], c)
    for k in range(n2):
        m = reach[i, j, k]
        reach[i, j, k] = 1 / max(m, 1 / HUGE) if m > 0 else 0


@inner
def _split_block(
    c0: Any, c1: Any, c2: Any, d: Any, i0: int, i1: int, j0: int, j1: int, k0: int, k1: int, theta: Any,
    cells: Any, local: Any, reach: Any, kappa: Any, m: Any, weight: Any, tail: Any, head: Any, root: Any, slot: Any,
    place: Any, number: Any, kappas: Any, total: Any,
) -> int:
    """Cluster the cells of one block; append the kappa of each cluster and return how many there are."""
    n = edges = np.int64(0)  # a literal 0 makes numba compile what it is passed to twice
    for i in range(i0, i1):
        for j in range(j0, j1):
            for k in range(k0, k1):
                q = 4 * (i - i0) + 2 * (j - j0) + k - k0
                place[q] = -1
                if local[i, j, k] != ALONE:
                    top = cells[q // 2, k]
                    kappa[n] = top if top > 0 else d[i, j, k]
                    m[n] = 0
                    number[n] = -1
                    place[q] = n
                    n += 1
    for i in range(i0, i1):
        for j in range(j0, j1):
            for k in range(k0, k1):
                q = 4 * (i - i0) + 2 * (j - j0) + k - k0
                if i + 1 < i1 and c0[i, j, k] > 0:
                    tail[edges], head[edges], weight[edges] = place[q], place[q + 4], c0[i, j, k]
                    edges += 1
                if j + 1 < j1 and c1[i, j, k] > 0:
                    tail[edges], head[edges], weight[edges] = place[q], place[q + 2], c1[i, j, k]
                    edges += 1
                if k + 1 < k1 and c2[i, j, k] > 0:
                    tail[edges], head[edges], weight[edges] = place[q], place[q + 1], c2[i, j, k]
                    edges += 1
    for e in range(edges):
        tail[e + 12], head[e + 12], weight[e + 12] = tail[e], head[e], weight[e]
    strong_pieces(n, kappa, tail, head, weight, edges, theta, root)
    merge_pieces(n, kappa, tail, head, weight, edges, theta, root, slot)
    for e in range(12, 12 + edges):
        if root[tail[e]] == root[head[e]]:
            m[tail[e]] = max(m[tail[e]], weight[e])
            m[head[e]] = max(m[head[e]], weight[e])
    clusters = 0
    for x in range(n):
        r = root[x]
        if number[r] < 0:
            number[r] = clusters
            kappas[total + clusters] = kappa[r]
            clusters += 1
    for i in range(i0, i1):
        for j in range(j0, j1):
            for k in range(k0, k1):
                x = place[4 * (i - i0) + 2 * (j - j0) + k - k0]
                if x >= 0:
                    local[i, j, k] = number[root[x]]
                    reach[i, j, k] = 1 / m[x] if m[x] > 0 else 0
    return clusters


@compiled
def cluster_slab(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, ratio: Any, theta: Any, local: Any, reach: Any, count: Any
) -> Any:
    """Clusters of the block planes lo..hi; returns their kappa in C order of the blocks."""
    n0, n1, n2 = d.shape
    r0, r1, r2 = ratio
    low, high, alive, cells = np.empty(n2), np.empty(n2), np.empty(n2), np.empty((4, n2))
    kappas = np.empty(min(r0 * hi, n0) * n1 * n2 - r0 * lo * n1 * n2)
    kappa, m, weight = np.empty(8), np.empty(8), np.empty(24)
    tail, head = np.empty(24, np.int32), np.empty(24, np.int32)
    root, place, number = np.empty(8, np.int32), np.empty(8, np.int32), np.empty(8, np.int32)
    slot = np.empty(8, np.int32)
    slot[:] = -1
    total = np.int64(0)
    for I in range(lo, hi):  # noqa: E741
        i0, i1 = r0 * I, min(r0 * I + r0, n0)
        for J in range(count.shape[1]):
            j0, j1 = r1 * J, min(r1 * J + r1, n1)
            low[:] = HUGE
            high[:] = 0
            alive[:] = 0
            for i in range(i0, i1):
                for j in range(j0, j1):
                    _cells(c0, c1, c2, d, i, j, 2 * (i - i0) + j - j0, cells, high, alive, local)
                    _inner_faces(c0, c1, c2, i, j, i0, i1, j0, j1, r2, low, reach)
            for K in range(count.shape[2]):
                k0, k1 = r2 * K, min(r2 * K + r2, n2)
                if max(alive[k0], alive[k1 - 1]) <= 0:
                    count[I, J, K] = 0
                    continue
                lowest, highest = min(low[k0], low[k1 - 1]), max(high[k0], high[k1 - 1])
                if 0 < lowest < HUGE and lowest >= theta * highest:
                    kappas[total] = highest
                    count[I, J, K] = 1
                else:
                    count[I, J, K] = _split_block(
                        c0, c1, c2, d, i0, i1, j0, j1, k0, k1, theta, cells, local, reach, kappa, m,
                        weight, tail, head, root, slot, place, number, kappas, total,
                    )
                total += count[I, J, K]
    return kappas[:total].copy()


@compiled
def number(count: Any, first: Any) -> int:
    """Number the clusters: those of red blocks (even sum of indices) before those of black ones."""
    total = 0
    for colour in range(2):
        for I in range(count.shape[0]):  # noqa: E741
            for J in range(count.shape[1]):
                for K in range((I + J + colour) & 1, count.shape[2], 2):
                    first[I, J, K] = total
                    total += count[I, J, K]
    return total


@compiled
def label_slab(
    lo: int, hi: int, slab_kappa: Any, ratio: Any, local: Any, first: Any, count: Any, labels: Any, home: Any,
    kappa: Any,
) -> None:
    """Write the numbers of the block planes lo..hi to their cells, and what belongs to each number."""
    n0, n1, n2 = labels.shape
    B1, B2 = first.shape[1], first.shape[2]
    r0, r1, r2 = ratio
    for i in range(r0 * lo, min(r0 * hi, n0)):
        I = i // r0  # noqa: E741
        for j in range(n1):
            J = j // r1
            for K in range(B2):
                for k in range(r2 * K, min(r2 * K + r2, n2)):
                    q = local[i, j, k]
                    labels[i, j, k] = first[I, J, K] + q if q != ALONE else -1
    t = 0
    for I in range(lo, hi):  # noqa: E741
        for J in range(B1):
            for K in range(B2):
                for a in range(first[I, J, K], first[I, J, K] + count[I, J, K]):
                    home[a] = (I * B1 + J) * B2 + K
                    kappa[a] = slab_kappa[t]
                    t += 1
