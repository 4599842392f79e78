"""Signature, inputs and tolerances of the sums over children."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.colour_layout import colour_merge, colour_split
from sciml.kernels.sor_restrict.spec import RATIOS, coarse_shape
from sciml.kernels.sum_children import sum_children
from sciml.kernels.sum_children.numpy import sum_children as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in SHAPES:
        for ratio in RATIOS:
            yield rng.standard_normal(shape).astype(dtype), rng.uniform(0.4, 1, (3, 2)), ratio


def run(f: Array, ends: NDArray[np.float64], ratio: tuple[int, int, int]) -> Array:
    box = coarse_shape(f.shape, ratio)
    split = colour_split(f, split_zeros(f.shape, f.dtype, like=f))
    coarse = sum_children(split, split_zeros(box, f.dtype, like=f), f.shape[2], ends, ratio)
    return colour_merge(coarse, np.empty_like(f, shape=box))


SPEC = KernelSpec(
    name="sum_children",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-6},
    dtypes=("float32",),
)
