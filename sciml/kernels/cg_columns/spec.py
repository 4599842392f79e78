"""Signature, inputs and tolerances of the vector work for many right-hand sides."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import index_types, random_csr
from sciml.kernels._lanes import padded
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.cg_columns import columns_dots, columns_product, columns_renew, columns_residual
from sciml.kernels.cg_columns.numpy import cg_columns as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n, width in ((1, 1), (1024, 3), (2500, 16), (5000, 8), (1500, 24)):
        for index in index_types(dtype):
            A = random_csr(n, n, rng, np.float64, index)
            alpha, beta = padded(rng.random((2, width)))
            z, p, x, r = (padded(v) for v in rng.random((4, n, width)))
            yield A, alpha, beta, z.astype(dtype), p.astype(dtype), x, r.astype(dtype)


def run(A: CSR, alpha: Array, beta: Array, z: Array, p: Array, x: Array, r: Array) -> tuple[Array, ...]:
    columns_renew(alpha, beta, z, p, x)
    q = np.empty_like(p)
    energies = columns_product(A, p, q)
    squares = columns_residual(alpha, q, r)
    return x, p, q, energies, r, squares, columns_dots(z, r)


SPEC = KernelSpec(
    name="cg_columns",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-7, "float64": 1e-13},
)
