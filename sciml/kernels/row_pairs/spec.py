"""Signature, inputs and tolerances of pairs within rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.row_pairs import row_pairs
from sciml.kernels.row_pairs.numpy import row_pairs as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for degrees in (rng.integers(0, 6, 50), np.array([300, 0, 40]), np.zeros(4, int), np.zeros(0, int)):
        indptr = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64)
        for share in (0.0, 0.5, 1.0):
            for itself in (False, True):
                yield indptr, (rng.random(indptr[-1]) < share).astype(dtype), itself


SPEC = KernelSpec(
    name="row_pairs",
    reference=reference,
    run=row_pairs,
    inputs=inputs,
    tolerance={"bool": 0.0},
    dtypes=("bool",),
)
