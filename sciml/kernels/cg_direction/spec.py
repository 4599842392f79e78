"""Signature, inputs and tolerances of the direction step."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.cg_direction import cg_direction
from sciml.kernels.cg_direction.numpy import cg_direction as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, shape in stencils(rng, dtype):
        z, p, x, q = rng.standard_normal((4, *shape)).astype(dtype)
        yield stencil, 0.7, 0.3, z, p, x, q


def run(stencil: Stencil, alpha: float, beta: float, *vectors: Array) -> tuple[float, Array, Array, Array]:
    z, p, x, q = vectors
    return cg_direction(stencil, alpha, beta, z, p, x, q), p, x, q


SPEC = KernelSpec(
    name="cg_direction",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-13},
    dtypes=("float64",),
)
