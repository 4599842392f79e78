"""Signature, inputs and tolerances of red-black SOR."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_stencils, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.colour_layout import colour_merge, colour_split, split_stencil
from sciml.kernels.stencil_sor import stencil_sor
from sciml.kernels.stencil_sor.numpy import stencil_sor as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_stencils(rng, dtype)):
        u, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        yield stencil, u, f, 1.0 + 0.2 * (count % 2), 1 + count % 3, count % 2


def run(stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, first: int) -> Array:
    x, g = (colour_split(a, split_zeros(a.shape, a.dtype, like=a)) for a in (u, f))
    stencil_sor(split_stencil(stencil, u.dtype), x, g, omega=omega, sweeps=sweeps, first=first)
    return colour_merge(x, np.empty_like(u))


SPEC = KernelSpec(
    name="stencil_sor",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5},
    dtypes=("float32",),
)
