"""Signature, inputs and tolerances of the components."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import SHAPES
from sciml.kernels._spec import KernelSpec
from sciml.kernels.label_components import label_components
from sciml.kernels.label_components.numpy import label_components as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in (*SHAPES, (9,), (7, 8)):
        for share in (0.3, 0.5, 0.7, 1.0):
            yield (rng.random(shape) < share).astype(dtype), tuple(rng.random(len(shape)) < 0.5)


SPEC = KernelSpec(
    name="label_components",
    reference=reference,
    run=label_components,
    inputs=inputs,
    tolerance={"bool": 0.0},
    dtypes=("bool",),
)
