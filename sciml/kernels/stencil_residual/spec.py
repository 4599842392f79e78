"""Signature, inputs and tolerances of the residual; the reference is the product and a difference."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.stencil_residual import stencil_residual

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, shape in stencils(rng, dtype):
        yield stencil, rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape).astype(dtype)


def reference(stencil: Stencil, u: Array, b: Array) -> tuple[Array, Array]:
    r = b - stencil_apply(stencil, u)
    return r, np.sum(np.square(r, dtype=np.float64), axis=(1, 2))


def run(stencil: Stencil, u: Array, b: Array) -> tuple[Array, Array]:
    r = np.empty_like(u)
    squares = stencil_residual(stencil, u, b, r)
    return r, squares


SPEC = KernelSpec(
    name="stencil_residual",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
    dtypes=("float64",),
)
