"""Signature, inputs and tolerances of the gradients by faces and diagonal."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels.stencil_sampled import stencil_sampled
from sciml.kernels.stencil_sampled.numpy import stencil_sampled as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in SHAPES:
        for batch in (1, 3):
            g, u = rng.standard_normal((2, batch, *shape)).astype(dtype)
            yield g, u


SPEC = KernelSpec(
    name="stencil_sampled",
    reference=reference,
    run=stencil_sampled,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-14},
)
