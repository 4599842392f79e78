"""Signature, inputs and tolerances of the direction step; the reference is that in natural order."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_operators, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, VariableStencil, stencil_shape, stencil_wraps
from sciml.kernels.cg_direction.numpy import cg_direction
from sciml.kernels.colour_layout import colour_merge, colour_split, split_operator
from sciml.kernels.split_direction import split_direction

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_operators(rng, np.float64)):
        z, p = (masked(stencil, v).astype(dtype) for v in rng.standard_normal((2, *shape)))
        yield stencil, 0.7 * (count % 3), 0.3, z, p, rng.standard_normal(shape)


def reference(
    stencil: VariableStencil, step: float, beta: float, z: Array, p: Array, u: Array
) -> tuple[float, Array, Array, Array]:
    u, direction, q = u.copy(), p.astype(np.float64), np.empty(p.shape)
    total, *_ = cg_direction(stencil, step, beta, z.astype(np.float64), direction, u, q)
    return total, direction.astype(p.dtype), u, q.astype(p.dtype)


def run(
    stencil: VariableStencil, step: float, beta: float, z: Array, p: Array, u: Array
) -> tuple[float, Array, Array, Array]:
    z, p = (colour_split(v, split_zeros(stencil_shape(stencil), v.dtype, like=v)) for v in (z, p))
    q, u = np.full_like(p, np.nan), u.copy()
    total = split_direction(
        split_operator(stencil, p.dtype), step, beta, z, p, q, u, periodic=stencil_wraps(stencil)[0]
    )
    p, q = (colour_merge(v, np.empty_like(u, dtype=p.dtype)) for v in (p, q))
    return total, p, u, q


SPEC = KernelSpec(
    name="split_direction",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-5},
    dtypes=("float32",),
)
