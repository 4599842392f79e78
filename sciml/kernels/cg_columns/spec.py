"""Signature, inputs and tolerances of the vector work for many right-hand sides."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.cg_columns import columns_dots, columns_renew, columns_residual
from sciml.kernels.cg_columns.numpy import cg_columns as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n, width in ((1, 1), (1024, 3), (2500, 16), (8000, 8)):
        alpha, beta = rng.random((2, width))
        z, p, x, r = rng.random((4, n, width))
        yield alpha, beta, z.astype(dtype), p.astype(dtype), x, r


def run(alpha: Array, beta: Array, z: Array, p: Array, x: Array, r: Array) -> tuple[Array, ...]:
    columns_renew(alpha, beta, z, p, x)
    rounded = np.empty_like(z)
    squares = columns_residual(alpha, x, r, rounded)
    return x, p, r, rounded, squares, columns_dots(z, rounded)


SPEC = KernelSpec(
    name="cg_columns",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-7, "float64": 1e-13},
)
