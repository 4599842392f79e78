"""Signature, inputs and tolerances of the vector updates."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.cg_renew import cg_renew
from sciml.kernels.cg_renew.numpy import cg_renew as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape in ((1,), (60_001,), (30, 40, 50)):
        z, p, x = rng.standard_normal((3, *shape)).astype(dtype)
        yield 0.7, 0.3, z, p, x


def run(alpha: float, beta: float, z: Array, p: Array, x: Array) -> tuple[Array, Array]:
    cg_renew(alpha, beta, z, p, x)
    return p, x


SPEC = KernelSpec(
    name="cg_renew",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-14},
    dtypes=("float64",),
)
