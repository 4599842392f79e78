"""Signature, inputs and tolerances of the gathering of element matrices."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._simplices import PAIRS
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.p1_assemble import p1_assemble
from sciml.kernels.p1_assemble.numpy import p1_assemble as reference
from sciml.kernels.p1_pattern.numpy import p1_pattern
from sciml.kernels.vertex_cells import vertex_cells

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        edges = rng.standard_normal((len(cells), len(PAIRS[cells.shape[1]])))
        masses = rng.standard_normal(len(cells))
        pattern = p1_pattern(cells, len(points), rng.random(len(points)) < 0.8)
        yield cells, pattern, edges, None
        yield cells, pattern, None, masses
        yield cells, p1_pattern(cells, len(points), None), edges, masses


def run(cells: Any, pattern: Any, edges: Any, masses: Any) -> Array:
    return p1_assemble(cells, vertex_cells(cells, len(pattern.number)), pattern, edges, masses)


SPEC = KernelSpec(
    name="p1_assemble",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-14},
    dtypes=("float64",),
)
