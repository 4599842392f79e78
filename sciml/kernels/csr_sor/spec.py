"""Signature, inputs and tolerances of SOR over compressed rows."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph_inputs import graphs
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_sor import csr_sor
from sciml.kernels.csr_sor.numpy import csr_sor as reference
from sciml.kernels.graph_rows import graph_rows

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for graph in graphs(rng, dtype):
        d, _ = graph_rows(graph)
        inverse = np.divide(1, d, out=np.zeros_like(d), where=d > 0)
        x, f = rng.standard_normal((2, len(d))).astype(dtype)
        for backward, zero in product((False, True), repeat=2):
            for sweeps in (0, 1, 2):
                yield *graph[:3], inverse, x.copy(), f, 1.2, sweeps, backward, zero


def run(*args: Any) -> Array:
    omega, sweeps, backward, zero = args[6:]
    return csr_sor(*args[:6], omega=omega, sweeps=sweeps, backward=backward, zero=zero)


SPEC = KernelSpec(
    name="csr_sor",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
