"""Signature, inputs and tolerances of the radius search."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._point_inputs import clouds
from sciml.kernels._spec import KernelSpec
from sciml.kernels.radius_search import radius_search
from sciml.kernels.radius_search.numpy import radius_search as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, queries in clouds(rng, dtype):
        for radius in (1 / 512, 0.125, 3e3):
            yield points, radius
            yield points, radius, queries


SPEC = KernelSpec(
    name="radius_search",
    reference=reference,
    run=radius_search,
    inputs=inputs,
    tolerance={"float32": 0.0, "float64": 0.0},
)
