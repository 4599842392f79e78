"""Signature, inputs and tolerances of the pattern."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._simplices import Pattern
from sciml.kernels._spec import KernelSpec
from sciml.kernels.p1_pattern import p1_pattern
from sciml.kernels.p1_pattern.numpy import p1_pattern as reference
from sciml.kernels.vertex_cells import vertex_cells

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        for unknown in (None, rng.random(len(points)) < 0.7, np.zeros(len(points), np.bool_)):
            yield cells, len(points), unknown


def run(cells: Indices, n: int, unknown: NDArray[np.bool_] | None) -> Pattern:
    return p1_pattern(cells, vertex_cells(cells, n), unknown)


SPEC = KernelSpec(
    name="p1_pattern",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 0},
    dtypes=("float64",),
)
