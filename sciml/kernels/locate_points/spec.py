"""Signature, inputs and tolerances of the search."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._graph import Indices
from sciml.kernels._simplex_inputs import box_simplices, simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.locate_points import box_tree, locate_points
from sciml.kernels.locate_points.numpy import locate_points as reference

__all__ = ["SPEC"]

Array = NDArray[np.float64]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        some = cells[rng.random(len(cells)) < 0.1] if len(cells) > 1000 else cells
        yield points, some, rng.uniform(-0.2, 1.2, (60, points.shape[1])), 1e-10
    for shape in ((9, 7), (4, 3, 3)):  # cells a thousand times smaller at one side
        points, cells = box_simplices(shape)
        yield points**5, cells, rng.uniform(0, 1, (200, len(shape))) ** 5, 1e-10


def run(points: Array, cells: Indices, at: Array, tolerance: float) -> tuple[Indices, Array]:
    return locate_points(points, cells, box_tree(points, cells), at, tolerance)


SPEC = KernelSpec(
    name="locate_points",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-12},
    dtypes=("float64",),
)
