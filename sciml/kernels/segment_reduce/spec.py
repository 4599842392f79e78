"""Signature, inputs and tolerances of sums and maxima over rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.segment_reduce import segment_reduce
from sciml.kernels.segment_reduce.numpy import segment_reduce as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, _ in matrices(rng, dtype):
        for values in vectors(A.entries, rng, dtype):
            yield A.starts, values, "sum"
            yield A.starts, values, "max"


SPEC = KernelSpec(
    name="segment_reduce",
    reference=reference,
    run=segment_reduce,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
