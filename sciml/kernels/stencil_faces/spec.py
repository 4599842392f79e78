"""Signature, inputs and tolerances of the assembly."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels.stencil_faces import stencil_faces
from sciml.kernels.stencil_faces.numpy import stencil_faces as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in SHAPES:
        coefficients = tuple(
            (np.exp(rng.standard_normal(shape)) * (rng.random(shape) > 0.2)).astype(dtype) for _ in range(3)
        )
        scale = (rng.uniform(1, 2, 3) * (np.array(shape) > 1)).astype(dtype)
        wrap = (scale * (rng.random(3) < 0.5)).astype(dtype)
        weights = tuple(rng.choice([0.5, 1.0], n).astype(dtype) for n in shape)
        yield coefficients, scale, wrap, weights


SPEC = KernelSpec(
    name="stencil_faces",
    reference=reference,
    run=stencil_faces,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-15},
)
