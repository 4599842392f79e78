"""Signature, inputs and tolerances of the gradient of a softmax over rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.segment_softmax.numpy import segment_softmax
from sciml.kernels.segment_softmax_backward import segment_softmax_backward
from sciml.kernels.segment_softmax_backward.numpy import segment_softmax_backward as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, _ in matrices(rng, dtype):
        for values in vectors(A.entries, rng, dtype):
            g = rng.standard_normal(values.shape).astype(dtype)
            yield A.starts, segment_softmax(A.starts, values), g


SPEC = KernelSpec(
    name="segment_softmax_backward",
    reference=reference,
    run=segment_softmax_backward,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
