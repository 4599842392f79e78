"""Signature, inputs and tolerances of the residual step."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels.cg_residual import cg_residual
from sciml.kernels.cg_residual.numpy import cg_residual as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in ((1,), (8191,), (4, 2048), (60_001,), (30, 40, 50)):
        q, r = rng.standard_normal((2, *shape)).astype(dtype)
        yield 0.7, q, r


SPEC = KernelSpec(
    name="cg_residual",
    reference=reference,
    run=lambda alpha, q, r: (cg_residual(alpha, q, r), r),
    inputs=inputs,
    tolerance={"float64": 1e-13, "float32": 1e-6},
    dtypes=("float64", "float32"),
)
