"""Signature, inputs and tolerances of the element matrices."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import coefficients, simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.p1_elements import p1_elements
from sciml.kernels.p1_elements.numpy import p1_elements as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        for coefficient in coefficients(rng, len(cells), points.shape[1]):
            yield points, cells, coefficient


SPEC = KernelSpec(
    name="p1_elements",
    reference=reference,
    run=p1_elements,
    inputs=inputs,
    tolerance={"float64": 1e-12},
    dtypes=("float64",),
)
