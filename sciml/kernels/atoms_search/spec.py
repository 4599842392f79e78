"""Signature, inputs and tolerances of the search among atoms."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._point_inputs import crystals
from sciml.kernels._spec import KernelSpec
from sciml.kernels.atoms_search import atoms_search
from sciml.kernels.atoms_search.numpy import atoms_search as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    yield from crystals(rng)


SPEC = KernelSpec(
    name="atoms_search",
    reference=reference,
    run=atoms_search,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
