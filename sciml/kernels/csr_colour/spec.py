"""Signature, inputs and tolerances of the greedy colouring."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr_inputs import random_definite
from sciml.kernels._spec import KernelSpec
from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.csr_colour.numpy import csr_colour as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n in (1, 2, 8, 60, 300):
        for index in (np.int32, np.int64):
            A = random_definite(n, rng, dtype, index)
            yield A.starts, A.columns


SPEC = KernelSpec(
    name="csr_colour",
    reference=reference,
    run=csr_colour,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
