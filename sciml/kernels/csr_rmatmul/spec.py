"""Signature, inputs and tolerances of the transposed product."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels.csr_rmatmul import csr_rmatmul
from sciml.kernels.csr_rmatmul.numpy import csr_rmatmul as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, columns in matrices(rng, dtype):
        for x in vectors(A.rows, rng, dtype):
            yield A, x, np.full((columns, *x.shape[1:]), np.nan, dtype)


SPEC = KernelSpec(
    name="csr_rmatmul",
    reference=reference,
    run=csr_rmatmul,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
