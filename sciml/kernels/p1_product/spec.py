"""Signature, inputs and tolerances of the product without the matrix."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._simplex_inputs import simplex_meshes
from sciml.kernels._simplices import PAIRS
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.p1_product import p1_product
from sciml.kernels.p1_product.numpy import p1_product as reference
from sciml.kernels.vertex_cells import vertex_cells

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, cells in simplex_meshes(rng):
        edges = rng.standard_normal((len(cells), len(PAIRS[cells.shape[1]])))
        masses, u = rng.standard_normal(len(cells)), rng.standard_normal(len(points))
        yield cells, u, edges, None
        yield cells, u, None, masses
        yield cells, u, edges, masses


def run(cells: Any, u: Any, edges: Any, masses: Any) -> Array:
    return p1_product(cells, vertex_cells(cells, len(u)), u, edges, masses)


SPEC = KernelSpec(
    name="p1_product",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-14},
    dtypes=("float64",),
)
