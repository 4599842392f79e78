"""Signature, inputs and tolerances of the tridiagonal solves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.tridiagonal_solve import tridiagonal_solve
from sciml.kernels.tridiagonal_solve.numpy import tridiagonal_solve as reference

__all__ = ["SPEC"]

# (batch, before, n, after): more columns than a tile, single unknowns, one column, several threads.
SIZES = ((1, 1, 9, 130), (2, 3, 5, 4), (1, 1, 12, 1), (3, 2, 1, 7), (1, 70, 7, 128))


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for batch, before, n, after in SIZES:
        faces = rng.uniform(0.5, 2.0, n)
        mass = rng.uniform(0.5, 1.0, n)
        shifts = rng.uniform(0.5, 4.0, (before, after))
        v = rng.standard_normal((batch * before, n, after))
        faces[-1] = 0.0
        diagonal = faces + np.roll(faces, 1)  # row sums 0: singular unless shifted or pinned
        shifts[0, 0] = 0.0
        yield (*(array.astype(dtype) for array in (diagonal, faces, mass, shifts)), 1.5, v.astype(dtype))


SPEC = KernelSpec(
    name="tridiagonal_solve",
    reference=reference,
    run=tridiagonal_solve,
    inputs=inputs,
    tolerance={"float32": 2e-5, "float64": 1e-13},
)
