"""Signature, inputs and tolerances of the sampled product."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.csr_sampled import csr_sampled
from sciml.kernels.csr_sampled.numpy import csr_sampled as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, columns in matrices(rng, dtype):
        for y in vectors(columns, rng, dtype):
            yield A.starts, A.columns, rng.standard_normal((A.rows, *y.shape[1:])).astype(dtype), y


SPEC = KernelSpec(
    name="csr_sampled",
    reference=reference,
    run=csr_sampled,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
