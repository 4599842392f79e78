"""Signature, inputs and tolerances of the softmax over rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.segment_softmax import segment_softmax
from sciml.kernels.segment_softmax.numpy import segment_softmax as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, _ in matrices(rng, dtype):
        for values in vectors(A.entries, rng, dtype):
            # exponentials of the large ones overflow where the maximum is not subtracted
            yield A.starts, values
            yield A.starts, (300 * values).astype(dtype)


SPEC = KernelSpec(
    name="segment_softmax",
    reference=reference,
    run=segment_softmax,
    inputs=inputs,
    tolerance={"float32": 1e-4, "float64": 1e-12},
)
