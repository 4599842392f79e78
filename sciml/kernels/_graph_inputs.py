"""Generated weighted graphs for tests and benchmarks of kernels."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph import Graph

__all__ = ["graphs", "random_graph"]


def random_graph(n: int, edges: int, rng: np.random.Generator, dtype: DTypeLike) -> Graph:
    """At most `edges` edges with log-normal weights over many orders of magnitude; a few nodes are pinned."""
    pairs = np.sort(rng.integers(0, n, (edges, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
    weights = np.exp(2 * rng.standard_normal(len(pairs))).astype(dtype)
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    order = np.lexsort((columns, rows))
    starts = np.searchsorted(rows[order], np.arange(n + 1)).astype(np.int32)
    s = np.where(rng.random(n) < 0.2, rng.uniform(0, 1, n), 0).astype(dtype)
    return Graph(starts, columns[order].astype(np.int32), np.tile(weights, 2)[order], s)


def graphs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[Graph]:
    """Graphs from a single node to some hundreds, with lone nodes, leaves and several components."""
    for n, edges in ((1, 0), (2, 1), (3, 0), (9, 12), (40, 60), (300, 320), (400, 1500)):
        yield random_graph(n, edges, rng, dtype)
