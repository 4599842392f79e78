"""Signature, inputs and tolerances of the sparse product."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import matrices, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_matmul import csr_matmul
from sciml.kernels.csr_matmul.numpy import csr_matmul as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, columns in matrices(rng, dtype):
        for x in vectors(columns, rng, dtype):
            b = rng.standard_normal((A.rows, *x.shape[1:])).astype(dtype)
            yield A, x, None, 1.0
            yield A, x, b, -1.0


def run(A: CSR, x: Array, b: Array | None, scale: float) -> Array:
    # the update in place, whose other form the residual is
    return csr_matmul(A, x, b, b=b, scale=scale)


SPEC = KernelSpec(
    name="csr_matmul",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
