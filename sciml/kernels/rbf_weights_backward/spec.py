"""Signature, inputs and tolerances of the gradients of weights of radial basis functions."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._radial_inputs import bases
from sciml.kernels._spec import KernelSpec
from sciml.kernels.rbf_weights_backward import rbf_weights_backward
from sciml.kernels.rbf_weights_backward.numpy import rbf_weights_backward as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for queries, centres, shapes, neighbours, *rest in bases(rng, dtype):
        yield queries, centres, shapes, neighbours, rng.standard_normal(neighbours.shape).astype(dtype), *rest


SPEC = KernelSpec(
    name="rbf_weights_backward",
    reference=reference,
    run=rbf_weights_backward,
    inputs=inputs,
    tolerance={"float32": 1e-4, "float64": 1e-12},
)
