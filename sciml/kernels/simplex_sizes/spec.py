"""Signature, inputs and tolerances of volumes and longest edges."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._spec import KernelSpec
from sciml.kernels.simplex_sizes import simplex_sizes
from sciml.kernels.simplex_sizes.numpy import simplex_sizes as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        yield points, cells
        yield points, cells, False
        yield points, np.ascontiguousarray(cells[:, ::-1])
        if points.shape[1] == 2:  # the surface x y in space
            yield np.column_stack([points, points[:, 0] * points[:, 1]]), cells


SPEC = KernelSpec(
    name="simplex_sizes",
    reference=reference,
    run=simplex_sizes,
    inputs=inputs,
    tolerance={"float64": 1e-11},
    dtypes=("float64",),
)
