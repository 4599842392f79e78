"""Signature, inputs and tolerances of the pair of inner products."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.dots import dots
from sciml.kernels.dots.numpy import dots as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in ((1,), (8192,), (60_001,), (30, 40, 50)):
        # positive entries: sums without cancellation, so the tolerance is a true relative one
        z, r, q = rng.random((3, *shape)).astype(dtype)
        yield z, r, q


SPEC = KernelSpec(
    name="dots",
    reference=reference,
    run=dots,
    inputs=inputs,
    tolerance={"float64": 1e-13, "float32": 1e-6},
    dtypes=("float64", "float32"),
)
