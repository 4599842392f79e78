"""Signature, inputs and tolerances of the clustering of graph nodes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph_inputs import graphs
from sciml.kernels._spec import KernelSpec
from sciml.kernels.graph_clusters import graph_clusters
from sciml.kernels.graph_clusters.numpy import graph_clusters as reference
from sciml.kernels.graph_rows import graph_rows

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for graph in graphs(rng, dtype):
        n = len(graph.s)
        d, heaviest = graph_rows(graph)
        for per_block in (1, 4, n):
            blocks = -(-n // per_block)
            block = rng.integers(0, blocks, n).astype(np.int32)
            yield graph, d, heaviest, np.where(heaviest > 0, heaviest, d), block, blocks, 0.1


SPEC = KernelSpec(
    name="graph_clusters",
    reference=reference,
    run=graph_clusters,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-13},
)
