"""Reference of the clustering of graph nodes."""

import numpy as np

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array
from sciml.kernels.block_clusters.numpy import merge

__all__ = ["graph_clusters"]

Result = tuple[Indices, Indices, Indices, Indices, Array, Array]


def graph_clusters(
    graph: Graph, d: Array, heaviest: Array, kappa: Array, block: Indices, blocks: int, theta: float
) -> Result:
    """See the package function."""
    n, dtype = len(d), graph.weights.dtype
    rows = [
        dict(zip(graph.columns[a:b].tolist(), graph.weights[a:b].tolist(), strict=True))
        for a, b in zip(graph.starts[:-1], graph.starts[1:], strict=True)
    ]
    block = _follow_leaves(rows, d, kappa, block, theta)
    labels, reach = np.full(n, -1, np.int32), np.zeros(n, dtype)
    members: list[list[int]] = []
    home: list[int] = []
    top: list[float] = []
    for b in range(blocks):
        nodes = np.flatnonzero((block == b) & (d > 0)).tolist()
        place = {i: x for x, i in enumerate(nodes)}
        edges = {(place[j], x): w for i, x in place.items() for j, w in rows[i].items() if j in place and j < i}
        root, tops = merge(kappa[nodes].tolist(), edges, theta)
        for r in sorted(set(root)):
            members.append([i for i, x in place.items() if root[x] == r])
            labels[members[-1]] = len(members) - 1
            home.append(b)
            top.append(tops[r])
    for i in range(n):
        own = [w for j, w in rows[i].items() if labels[j] == labels[i] >= 0]
        reach[i] = 1 / max(own) if own else 0
    begins = np.cumsum([0, *(len(nodes) for nodes in members)]).astype(np.int32)
    order = np.array([i for nodes in members for i in nodes], np.int32)
    return labels, order, begins, np.array(home, np.int32), np.array(top, dtype), reach


def _follow_leaves(rows: list[dict[int, float]], d: Array, kappa: Array, block: Indices, theta: float) -> Indices:
    """Block of each node after leaves, and what hangs on them, have moved."""
    after = list(range(len(d)))

    def last(i: int) -> int:
        while after[i] != i:
            i = after[i]
        return i

    for i, row in enumerate(rows):
        if not row:
            continue
        j = max(row, key=lambda node: row[node])
        w = row[j]
        if 2 * w >= d[i] and w >= theta * max(kappa[i], kappa[j]) and block[i] != block[j] and last(i) != last(j):
            after[last(i)] = last(j)
    return np.asarray(block[[last(i) for i in range(len(d))]])
