"""Signature, inputs and tolerances of the coarse graph of a box."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph import BlockClusters, Graph
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.block_clusters import block_clusters
from sciml.kernels.block_clusters.spec import cluster_stencils
from sciml.kernels.block_graph import block_graph
from sciml.kernels.block_graph.numpy import block_graph as reference

__all__ = ["SPEC", "dense_weights"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, ratio in cluster_stencils(rng, dtype):
        if stencil.d.size < 10_000:
            yield stencil, ratio, block_clusters(stencil, ratio)


def dense_weights(graph: Graph) -> Array:
    """Edge weights (N, N); refuses parallel entries, which no kernel may leave."""
    n = len(graph.s)
    rows = np.repeat(np.arange(n), np.diff(graph.starts))
    assert len(np.unique(rows * n + graph.columns)) == len(rows)
    W = np.zeros((n, n), graph.weights.dtype)
    W[rows, graph.columns] = graph.weights
    return W


def run(stencil: VariableStencil, ratio: tuple[int, int, int], clusters: BlockClusters) -> tuple[Array, Array]:
    graph = block_graph(stencil, ratio, clusters, np.float64)
    return dense_weights(graph), graph.s


SPEC = KernelSpec(
    name="block_graph",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-11},  # s is what is left of d after the faces
    dtypes=("float64",),
)
