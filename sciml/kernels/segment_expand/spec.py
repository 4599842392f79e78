"""Signature, inputs and tolerances of values of rows at their entries."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.segment_expand import segment_expand
from sciml.kernels.segment_expand.numpy import segment_expand as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, _ in matrices(rng, dtype):
        for x in vectors(A.rows, rng, dtype):
            yield A.starts, x


SPEC = KernelSpec(
    name="segment_expand",
    reference=reference,
    run=segment_expand,
    inputs=inputs,
    tolerance={"float32": 0.0, "float64": 0.0},
)
