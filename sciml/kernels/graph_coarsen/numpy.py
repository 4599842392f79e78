"""Reference of the coarse graph, as a dense matrix of edge weights."""

import numpy as np

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array
from sciml.kernels.graph_clusters import GraphClusters

__all__ = ["graph_coarsen"]


def graph_coarsen(graph: Graph, clusters: GraphClusters, across: Indices, along: Indices) -> tuple[Array, Array]:
    """Weights (N, N) between clusters and s (N,); see the package function."""
    labels, reach = clusters.labels, clusters.reach
    n, dtype = len(clusters.home), graph.weights.dtype
    W, s = np.zeros((n, n), dtype), np.zeros(n, dtype)
    i, j, w = np.repeat(np.arange(len(labels)), np.diff(graph.starts)), graph.columns, graph.weights
    plain = (across[i] != across[j]) & (along[i] == along[j]) if len(along) else np.zeros(len(w), bool)
    scale = 1 + np.minimum(1, w * reach[i]) / 2 + np.minimum(1, w * reach[j]) / 2
    crossing = labels[i] != labels[j]
    np.add.at(W, (labels[i[crossing]], labels[j[crossing]]), np.where(plain, w, w / scale)[crossing])
    kept = labels >= 0
    np.add.at(s, labels[kept], (graph.s / (1 + np.minimum(1, graph.s * reach / 2)))[kept])
    return W, s
