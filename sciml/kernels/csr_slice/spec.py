"""Signature, inputs and tolerances of slicing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import matrices
from sciml.kernels._spec import KernelSpec
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.csr_slice.numpy import csr_slice as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for A, _ in matrices(rng, dtype):
        yield A, np.array([0, A.rows])
        yield A, np.unique([0, *rng.integers(0, A.rows + 1, 5), A.rows])


SPEC = KernelSpec(
    name="csr_slice",
    reference=reference,
    run=csr_slice,
    inputs=inputs,
    tolerance={"float32": 0.0, "float64": 0.0},
)
