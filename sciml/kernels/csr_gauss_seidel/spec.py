"""Signature, inputs and tolerances of Gauss-Seidel sweeps."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import index_types, random_definite, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel import csr_gauss_seidel, swept_residual
from sciml.kernels.csr_gauss_seidel.numpy import csr_gauss_seidel as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n, index in product((1, 2, 9, 120), index_types(dtype)):
        A = random_definite(n, rng, dtype, index)
        diagonal = np.zeros(n, dtype)
        rows = np.repeat(np.arange(n), np.diff(A.starts))
        diagonal[rows[rows == A.columns]] = A.values[rows == A.columns]
        inverse = np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal > 0)
        for x in vectors(n, rng, dtype):
            b = rng.standard_normal(x.shape).astype(dtype)
            for backward, zero in product((False, True), repeat=2):
                yield A, inverse, b, x.copy(), backward, zero


def run(A: CSR, inverse: Array, b: Array, x: Array, backward: bool, zero: bool) -> tuple[Array, Array]:
    x = csr_gauss_seidel(A, inverse, b, x, backward=backward, zero=zero)
    r = np.zeros_like(x)
    return x, swept_residual(A, x, r) if zero and not backward else r


SPEC = KernelSpec(
    name="csr_gauss_seidel",
    reference=reference,
    implementations={"numba": run},
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
