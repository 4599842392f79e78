"""Signature, inputs and tolerances of the row totals."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._graph_inputs import graphs
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.block_clusters import block_clusters
from sciml.kernels.block_clusters.spec import cluster_stencils
from sciml.kernels.block_graph import block_graph
from sciml.kernels.graph_rows import axis_means, graph_rows
from sciml.kernels.graph_rows.numpy import graph_rows as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for graph in graphs(rng, dtype):
        yield graph, np.zeros(len(graph.s), np.int32), (1, 1, 1), 1
    for count, (stencil, ratio) in enumerate(cluster_stencils(rng, np.float64)):
        clusters = block_clusters(stencil, ratio)
        yield block_graph(stencil, ratio, clusters, dtype), clusters.home, clusters.first.shape, 1 + count % 3


def run(
    graph: Graph, home: Indices, shape: tuple[int, int, int], every: int
) -> tuple[Array, Array, NDArray[np.float64]]:
    return *graph_rows(graph), axis_means(graph, home, shape, every)


SPEC = KernelSpec(
    name="graph_rows",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-13},
)
