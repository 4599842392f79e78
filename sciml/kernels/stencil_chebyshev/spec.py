"""Signature, inputs and tolerances of Chebyshev smoothing; the reference is the recurrence, not sweeps."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import masked, stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.stencil_chebyshev import stencil_chebyshev
from sciml.kernels.stencil_chebyshev.numpy import stencil_chebyshev as recurrence

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(stencils(rng, dtype)):
        x, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        yield stencil, x, f, 1 + count // 2 % 4, 2.0 - 0.1 * (count % 3), count % 3 > 0, count % 5 == 0


def reference(
    stencil: Stencil, x: Array, f: Array, degree: int, lmax: float, optimised: bool, zero: bool
) -> Array:
    return recurrence(stencil, np.zeros_like(x) if zero else x, f, degree, lmax, optimised)


def run(stencil: Stencil, x: Array, f: Array, degree: int, lmax: float, optimised: bool, zero: bool) -> Array:
    return stencil_chebyshev(
        stencil, x.copy(), f, np.empty_like(x), degree=degree, lmax=lmax, optimised=optimised, zero=zero
    )


SPEC = KernelSpec(
    name="stencil_chebyshev",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
