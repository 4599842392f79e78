"""Signature, inputs and tolerances of Gauss-Seidel sweeps."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR, Split
from sciml.kernels._csr_inputs import index_types, random_definite, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel import csr_gauss_seidel
from sciml.kernels.csr_gauss_seidel.numpy import csr_gauss_seidel as reference
from sciml.kernels.csr_split import csr_split

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n, index in product((1, 2, 9, 120), index_types(dtype)):
        A = csr_split(random_definite(n, rng, dtype, index))
        for x in vectors(n, rng, dtype):
            b = rng.standard_normal(x.shape).astype(dtype)
            for backward, zero in product((False, True), repeat=2):
                yield A, b, x.copy(), backward, zero


def run(A: Split[CSR], b: Array, x: Array, backward: bool, zero: bool) -> Array:
    return csr_gauss_seidel(A, b, x, backward=backward, zero=zero)


SPEC = KernelSpec(
    name="csr_gauss_seidel",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
