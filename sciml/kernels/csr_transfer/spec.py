"""Signature, inputs and tolerances of the transfers: down and back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph_inputs import graphs
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_transfer import prolong_labels, restrict_labels, sum_labels
from sciml.kernels.csr_transfer.numpy import transfer
from sciml.kernels.graph_rows import graph_rows

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for graph in graphs(rng, dtype):
        n = len(graph.s)
        x, f = rng.standard_normal((2, n)).astype(dtype)
        labels = rng.integers(-1, n // 4 + 1, n).astype(np.int32)
        yield *graph[:3], graph_rows(graph)[0], x, f, labels, np.full(n // 4 + 1, np.nan, dtype)


def run(*args: Any) -> tuple[Array, Array, Array]:
    x, f, labels = args[4:7]
    coarse = restrict_labels(*args)
    return coarse, prolong_labels(labels, coarse, x.copy()), sum_labels(labels, f, np.empty_like(coarse))


SPEC = KernelSpec(
    name="csr_transfer",
    reference=transfer,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
