"""Signature, inputs and tolerances of edge vectors."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._point_inputs import clouds, crystals
from sciml.kernels._spec import KernelSpec
from sciml.kernels.atoms_search.numpy import atoms_search
from sciml.kernels.edge_vectors import edge_vectors
from sciml.kernels.edge_vectors.numpy import edge_vectors as reference
from sciml.kernels.radius_search.numpy import radius_search

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for points, _ in clouds(rng, dtype):
        yield points, *radius_search(points, 0.5)
    for positions, cell, periodic, cutoff in crystals(rng):
        yield positions, *atoms_search(positions, cell, periodic, cutoff), cell


SPEC = KernelSpec(
    name="edge_vectors",
    reference=reference,
    run=edge_vectors,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
