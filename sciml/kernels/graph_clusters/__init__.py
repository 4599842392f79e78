"""Clusters of strongly connected nodes of a graph within blocks."""

from typing import NamedTuple

import numpy as np

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array
from sciml.kernels.graph_clusters.numba import cluster_blocks, follow_leaves, sort_labels, sort_members

__all__ = ["GraphClusters", "graph_clusters"]


class GraphClusters(NamedTuple):
    """Clusters of the nodes of a graph.

    labels : (n,) int32, cluster of each node, -1 where the diagonal is 0
    order, begins : (n,) and (clusters + 1,) int32, members cluster by cluster and where each begins
    home : (clusters,) int32, block of each cluster
    kappa : (clusters,) largest kappa of a member
    reach : (n,) reciprocal of the heaviest edge to the own cluster, 0 for a node alone
    """

    labels: Indices
    order: Indices
    begins: Indices
    home: Indices
    kappa: Array
    reach: Array


def graph_clusters(
    graph: Graph, d: Array, heaviest: Array, kappa: Array, block: Indices, blocks: int, theta: float = 0.03
) -> GraphClusters:
    """Cut blocks of nodes into clusters that may share one coarse unknown.

    As `block_clusters`, on a graph: clusters of a block merge, strongest pair first, while the edges
    between them add up to ``theta`` times the larger kappa. Before that a leaf, a node with at least half
    of its diagonal on one edge, moves to the block of that neighbour (chains of them together), since
    it follows its neighbour wherever that goes.

    Parameters
    ----------
    graph : Graph
    d, heaviest : ndarray, shape (n,)
        See `graph_rows`.
    kappa : ndarray, shape (n,)
        What an edge is measured against.
    block : ndarray of int32, shape (n,)
        Block of each node, 0 <= block < blocks; clusters are numbered in this order.
    blocks : int
        Number of blocks.
    theta : float
        Weakest connection within a cluster.
    """
    n = len(d)
    dtype = graph.weights.dtype
    moved, members, place, labels, order, home = (np.empty(n, np.int32) for _ in range(6))
    bounds, top, reach = np.empty(blocks + 1, np.int32), np.empty(n, dtype), np.zeros(n, dtype)
    rows = graph.starts, graph.columns, graph.weights
    follow_leaves(*rows, d, heaviest, kappa, theta, block, moved)
    sort_members(moved, bounds, members, place)
    count = cluster_blocks(*rows, d, kappa, moved, bounds, members, place, theta, labels, top, home, reach)
    begins = np.empty(count + 1, np.int32)
    sort_labels(labels, members, order, begins)
    return GraphClusters(labels, order[: begins[-1]].copy(), begins, home[:count].copy(), top[:count].copy(), reach)
