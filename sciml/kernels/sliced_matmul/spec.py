"""Signature, inputs and tolerances of the product in slices."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices
from sciml.kernels._sliced import Sliced
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.sliced_matmul import sliced_matmul
from sciml.kernels.sliced_matmul.numpy import sliced_matmul as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, columns in matrices(rng, dtype):
        x, b = rng.standard_normal(columns).astype(dtype), rng.standard_normal(A.rows).astype(dtype)
        yield csr_slice(A), x, None, 1.0
        yield csr_slice(A, np.unique([0, A.rows // 3, A.rows])), x, b, -1.0


def run(A: Sliced, x: Array, b: Array | None, scale: float) -> Array:
    # the update in place, whose other form the residual is
    return sliced_matmul(A, x, b, b=b, scale=scale)


SPEC = KernelSpec(
    name="sliced_matmul",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
