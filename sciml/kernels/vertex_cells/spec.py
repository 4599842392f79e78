"""Signature, inputs and tolerances of the sort of corners by vertex."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.vertex_cells import vertex_cells
from sciml.kernels.vertex_cells.numpy import vertex_cells as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        yield cells, len(points)


SPEC = KernelSpec(
    name="vertex_cells",
    reference=reference,
    run=vertex_cells,
    inputs=inputs,
    tolerance={"float64": 0},
    dtypes=("float64",),
)
