"""Signature, inputs and tolerances of the coarse graph."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.block_graph.spec import dense_weights
from sciml.kernels.graph_clusters import GraphClusters, graph_clusters
from sciml.kernels.graph_clusters.spec import inputs as cluster_inputs
from sciml.kernels.graph_coarsen import graph_coarsen
from sciml.kernels.graph_coarsen.numpy import graph_coarsen as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for graph, *args in cluster_inputs(rng, dtype):
        across = rng.integers(0, 9, len(graph.s)).astype(np.int32)
        for along in ((across // 3).astype(np.int32), np.empty(0, np.int32)):
            yield graph, graph_clusters(graph, *args), across, along


def run(graph: Graph, clusters: GraphClusters, across: Indices, along: Indices) -> tuple[Array, Array]:
    coarse = graph_coarsen(graph, clusters, across, along)
    return dense_weights(coarse), coarse.s


SPEC = KernelSpec(
    name="graph_coarsen",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 2e-6, "float64": 1e-13},
)
