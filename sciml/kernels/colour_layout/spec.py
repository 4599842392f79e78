"""Signature, inputs and tolerances of the layout conversion: there and back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._colour import split_shape
from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.colour_layout.numpy import colour_merge as merge_reference
from sciml.kernels.colour_layout.numpy import colour_split as split_reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in SHAPES:
        yield rng.standard_normal(shape).astype(dtype), 0.5, 4.0


def reference(u: Array, down: float, up: float) -> tuple[Array, Array, Array]:
    x = split_reference(u, down)
    merged = merge_reference(x, u.shape[2], up)
    return x, merged, u + merged


def run(u: Array, down: float, up: float) -> tuple[Array, Array, Array]:
    x = colour_split(u, np.empty_like(u, shape=split_shape(u.shape)), down)
    return x, colour_merge(x, np.empty_like(u), up), colour_merge(x, u.copy(), up, add=True)


SPEC = KernelSpec(
    name="colour_layout",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-15},
)
