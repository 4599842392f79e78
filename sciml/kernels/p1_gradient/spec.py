"""Signature, inputs and tolerances of the gradients."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.p1_gradient import p1_gradient
from sciml.kernels.p1_gradient.numpy import p1_gradient as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        yield points, cells, rng.standard_normal(len(points))


SPEC = KernelSpec(
    name="p1_gradient",
    reference=reference,
    run=p1_gradient,
    inputs=inputs,
    tolerance={"float64": 1e-12},
    dtypes=("float64",),
)
