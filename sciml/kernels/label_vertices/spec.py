"""Signature, inputs and tolerances of the components of vertices."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.label_vertices import label_vertices
from sciml.kernels.label_vertices.numpy import label_vertices as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        for part in (0.0, 0.3, 0.5, 1.0):
            yield cells, rng.random(len(points)) < part


SPEC = KernelSpec(
    name="label_vertices",
    reference=reference,
    run=label_vertices,
    inputs=inputs,
    tolerance={"float64": 0},
    dtypes=("float64",),
)
