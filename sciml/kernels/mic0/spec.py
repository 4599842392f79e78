"""Signature, inputs and tolerances of MIC(0)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil
from sciml.kernels.mic0 import mic0_apply, mic0_factor
from sciml.kernels.mic0.numpy import mic0 as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, shape in stencils(rng, dtype):
        r = rng.standard_normal(shape).astype(dtype)
        if r.size <= 200:  # the reference is dense
            for tau in (0.0, 0.97):
                yield stencil, tau, 0.25, r


def run(stencil: Stencil, tau: float, sigma: float, r: Array) -> tuple[Array, Array]:
    P = mic0_factor(stencil, tau, sigma)
    return P, mic0_apply(stencil, P, r, np.empty_like(r))


SPEC = KernelSpec(
    name="mic0",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-12},
    dtypes=("float64",),
)
