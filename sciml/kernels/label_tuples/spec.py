"""Signature, inputs and tolerances of the labels of tuples."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.label_tuples import label_tuples
from sciml.kernels.label_tuples.numpy import label_tuples as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for w in (2, 3, 4):
        for rows, n_points in ((0, 1), (1, 1), (50, 3), (300, 9), (400, 1000)):
            yield rng.integers(n_points, size=(rows, w)).astype(dtype), n_points
        fan = rng.integers(1, 500, size=(900, w)).astype(dtype)
        fan[:, w - 1] = 0
        yield fan, 500


SPEC = KernelSpec(
    name="label_tuples",
    reference=reference,
    run=label_tuples,
    inputs=inputs,
    tolerance={"int32": 0.0},
    dtypes=("int32",),
)
