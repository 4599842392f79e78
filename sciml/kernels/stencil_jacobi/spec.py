"""Signature, inputs and tolerances of damped Jacobi sweeps."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import masked, stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_jacobi import stencil_jacobi
from sciml.kernels.stencil_jacobi.numpy import stencil_jacobi as plain

__all__ = ["SPEC"]

OMEGAS = (0.8, 0.6, 1.1, 0.9)


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(stencils(rng, dtype)):
        x, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        for sweeps in (4, 1 + count % 3):
            yield stencil, x, f, OMEGAS[:sweeps], count % 4 > 1


def reference(stencil: Stencil, x: Array, f: Array, omegas: Sequence[float], zero: bool) -> Array:
    return plain(stencil, np.zeros_like(x) if zero else x, f, omegas)


def run(stencil: Stencil, x: Array, f: Array, omegas: Sequence[float], zero: bool) -> Array:
    x = np.full_like(x, np.nan) if zero else x.copy()
    return stencil_jacobi(stencil, x, f, np.full_like(x, np.nan), omegas=omegas, zero=zero)


SPEC = KernelSpec(
    name="stencil_jacobi",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
