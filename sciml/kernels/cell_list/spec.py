"""Signature, inputs and tolerances of the cell list."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._cells import choose_walls, padded
from sciml.kernels._point_inputs import clouds
from sciml.kernels._spec import KernelSpec
from sciml.kernels.cell_list import cell_list
from sciml.kernels.cell_list.numpy import cell_list as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for pair in clouds(rng, dtype):
        points, queries = (padded(cloud.astype(np.float64)) for cloud in pair)
        for crowded in (False, True):
            walls = choose_walls(points, (0.1, 0.05, 0.0), 200, crowded)
            yield points, walls
            yield queries, walls


def sorted_points(*args: Any) -> tuple[Any, ...]:
    """Without the walls, which are infinite."""
    return cell_list(*args)[1:]


def reference_points(*args: Any) -> tuple[Any, ...]:
    return reference(*args)[1:]


SPEC = KernelSpec(
    name="cell_list",
    reference=reference_points,
    run=sorted_points,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
