"""Signature, inputs and tolerances of the cut at the diagonal."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import index_types, random_csr, random_definite
from sciml.kernels._spec import KernelSpec
from sciml.kernels.csr_split import csr_split
from sciml.kernels.csr_split.numpy import csr_split as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for index in index_types(dtype):
        for A in (random_definite(1, rng, "float64", index), random_definite(90, rng, "float64", index)):
            yield A, np.arange(A.rows), dtype
            yield A, rng.permutation(A.rows), dtype
        yield random_csr(60, 60, rng, "float64", index), rng.permutation(60), dtype


SPEC = KernelSpec(
    name="csr_split",
    reference=reference,
    run=csr_split,
    inputs=inputs,
    tolerance={"float32": 1e-6, "float64": 1e-15},
)
