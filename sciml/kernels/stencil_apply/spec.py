"""Signature, inputs and tolerances of the stencil product."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels.stencil_apply import stencil_apply
from sciml.kernels.stencil_apply.numpy import stencil_apply as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, shape in stencils(rng, dtype):
        yield stencil, rng.standard_normal(shape).astype(dtype)


SPEC = KernelSpec(
    name="stencil_apply",
    reference=reference,
    run=lambda stencil, u: stencil_apply(stencil, u, out=np.empty_like(u)),
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
