"""Signature, inputs and tolerances of the projection."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.subtract_means import subtract_means
from sciml.kernels.subtract_means.numpy import subtract_means as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in ((1,), (7, 5), (60, 50, 40)):
        v = (5 + rng.standard_normal(shape)).astype(dtype)
        yield v, None, None
        yield v, np.array([v.size // 2]), np.array([0])
        cells = rng.permutation(v.size)[: max(1, v.size * 2 // 3)]
        inner = rng.permutation(np.arange(1, len(cells)))[: len(cells) // 10]
        yield v, cells, np.concatenate([[0], np.sort(inner)])


SPEC = KernelSpec(
    name="subtract_means",
    reference=reference,
    run=lambda v, cells, starts: subtract_means(v.copy(), cells, starts),
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-14},
)
