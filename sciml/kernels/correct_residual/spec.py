"""Signature, inputs and tolerances of the refinement step; the reference is its parts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.colour_layout.numpy import colour_merge, colour_split
from sciml.kernels.correct_residual import correct_residual
from sciml.kernels.stencil_apply.numpy import stencil_apply

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(stencils(rng, np.float64)):
        x = colour_split(rng.standard_normal(shape).astype(dtype))
        yield stencil, x, 2.0 * (count % 5), rng.standard_normal(shape), rng.standard_normal(shape), 3.0


def reference(
    stencil: Stencil, x: Array, step: float, u: Array, b: Array, scale: float
) -> tuple[Array, Array, Array]:
    u = u + step * colour_merge(x, u.shape[2]).astype(np.float64)
    r = b - stencil_apply(stencil, u)
    return u, colour_split((r / scale).astype(x.dtype)), np.square(r).sum(axis=(1, 2))


def run(stencil: Stencil, x: Array, step: float, u: Array, b: Array, scale: float) -> tuple[Array, Array, Array]:
    f = np.full_like(x, np.nan)
    squares = correct_residual(stencil, x, step, u, b, f, scale)
    return u, f, squares


SPEC = KernelSpec(
    name="correct_residual",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-6},
    dtypes=("float32",),
)
