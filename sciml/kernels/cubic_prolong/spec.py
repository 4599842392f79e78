"""Signature, inputs and tolerances of the cubic interpolation."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.cubic_prolong import cubic_prolong
from sciml.kernels.cubic_prolong.numpy import cubic_prolong as reference
from sciml.kernels.sor_restrict.spec import RATIOS, coarse_shape

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in SHAPES:
        for ratio in RATIOS:
            box = coarse_shape(shape, ratio)
            yield rng.standard_normal(box).astype(dtype), shape, ratio, tuple(bool(w) for w in rng.random(3) < 0.4)


def run(
    coarse: Array, shape: tuple[int, int, int], ratio: tuple[int, int, int], wrap: tuple[bool, bool, bool]
) -> Array:
    C = colour_split(coarse, split_zeros(coarse.shape, coarse.dtype, like=coarse))
    x = cubic_prolong(C, split_zeros(shape, coarse.dtype, like=coarse), shape[2], ratio, wrap)
    return colour_merge(x, np.empty_like(coarse, shape=shape))


SPEC = KernelSpec(
    name="cubic_prolong",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-6},
    dtypes=("float32",),
)
