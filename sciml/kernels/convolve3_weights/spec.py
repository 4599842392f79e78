"""Signature, inputs and tolerances of gradients by kernels of 3 x 3."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.convolve3.numpy import windows
from sciml.kernels.convolve3.spec import fields
from sciml.kernels.convolve3_weights import convolve3_weights

__all__ = ["SPEC"]


def reference(x: Array, g: Array, pad: int) -> Array:
    """Sums over points and samples."""
    gradient: Array = np.einsum("nhwcij,nhwk->kijc", windows(x, pad), g)
    return gradient


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for x, pad, _, shape in fields(rng, dtype):
        yield x, rng.standard_normal(shape).astype(dtype), pad


SPEC = KernelSpec(
    name="convolve3_weights",
    reference=reference,
    run=convolve3_weights,
    inputs=inputs,
    tolerance={"float32": 3e-6},
    dtypes=("float32",),
)
