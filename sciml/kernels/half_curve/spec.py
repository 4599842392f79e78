"""Signature, inputs and tolerances of functions in half precision."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._half import as_half
from sciml.kernels._spec import KernelSpec
from sciml.kernels.half_curve import half_curve
from sciml.kernels.half_curve.numpy import half_curve as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    table = rng.permutation(2**16).astype(np.uint16)
    slopes = rng.standard_normal(2**16).astype(dtype)
    for shape in ((0,), (1,), (3, 5), (200, 300)):
        x = rng.integers(0, 2**16, shape).astype(np.uint16)
        yield x, table, None
        yield x, slopes, as_half(rng.standard_normal(shape))


SPEC = KernelSpec(
    name="half_curve", reference=reference, run=half_curve, inputs=inputs, tolerance={"float32": 0.0},
    dtypes=("float32",),
)
