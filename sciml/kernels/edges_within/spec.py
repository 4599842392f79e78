"""Signature, inputs and tolerances of the edges within a cutoff."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._point_inputs import crystals
from sciml.kernels._spec import KernelSpec
from sciml.kernels.atoms_search.numpy import atoms_search
from sciml.kernels.edges_within import edges_within
from sciml.kernels.edges_within.numpy import edges_within as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for positions, cell, periodic, cutoff in crystals(rng):
        moved = positions + rng.uniform(-0.05, 0.05, positions.shape)
        yield moved, *atoms_search(positions, cell, periodic, cutoff), cell, 0.9 * cutoff


SPEC = KernelSpec(
    name="edges_within",
    reference=reference,
    run=edges_within,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
