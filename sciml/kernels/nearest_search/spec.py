"""Signature, inputs and tolerances of the nearest neighbours."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._point_inputs import clouds
from sciml.kernels._spec import KernelSpec
from sciml.kernels.nearest_search import nearest_search
from sciml.kernels.nearest_search.numpy import nearest_search as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, queries in clouds(rng, dtype):
        for k in {1, min(7, len(points) - 1), min(80, len(points) - 1)}:
            yield points, k
            yield points, k, queries


SPEC = KernelSpec(
    name="nearest_search",
    reference=reference,
    run=nearest_search,
    inputs=inputs,
    tolerance={"float32": 0.0, "float64": 0.0},
)
