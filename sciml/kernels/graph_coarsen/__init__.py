"""Coarse graph of the clusters of a graph: scaled Galerkin sums of its edges."""

import numpy as np

from sciml.kernels._graph import Graph, Indices
from sciml.kernels.graph_clusters import GraphClusters
from sciml.kernels.graph_coarsen.numba import coarse_rows

__all__ = ["graph_coarsen"]


def graph_coarsen(graph: Graph, clusters: GraphClusters, across: Indices, along: Indices) -> Graph:
    """P' A P for piecewise constant P, edges scaled as in `block_graph`.

    Parameters
    ----------
    graph : Graph
    clusters : GraphClusters
    across : ndarray of int32, shape (n,)
        Block of each node before coarsening.
    along : ndarray of int32, shape (n,)
        The same, counted over the coarsened axes only: an edge between different blocks that agree
        in it runs along an axis that is not coarsened, and is left as it is. Empty when all axes
        are coarsened.
    """
    count = len(clusters.begins) - 1
    dtype = graph.weights.dtype
    columns, weights = np.empty_like(graph.columns), np.empty_like(graph.weights)
    coarse = Graph(np.empty(count + 1, np.int32), columns, weights, np.empty(count, dtype))
    coarse_rows(*graph, clusters.labels, clusters.order, clusters.begins, clusters.reach, across, along, *coarse)
    m = coarse.starts[-1]
    return coarse._replace(columns=columns[:m].copy(), weights=weights[:m].copy())
