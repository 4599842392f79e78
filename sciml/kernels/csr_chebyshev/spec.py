"""Signature, inputs and tolerances of Chebyshev smoothing over compressed rows."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR
from sciml.kernels._csr_inputs import index_types, random_definite, vectors
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_chebyshev import csr_chebyshev
from sciml.kernels.csr_chebyshev.numpy import csr_chebyshev as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for n, index in product((1, 7, 90), index_types(dtype)):
        A = random_definite(n, rng, dtype, index)
        inverse = np.zeros(n, dtype)
        rows = np.repeat(np.arange(n), np.diff(A.starts))
        inverse[rows[rows == A.columns]] = 1 / A.values[rows == A.columns]
        for x in vectors(n, rng, dtype):
            b = rng.standard_normal(x.shape).astype(dtype)
            for degree, zero in product((1, 2, 3, 4), (False, True)):
                yield A, inverse, b, x.copy(), degree, 2.0, degree % 2 == 0, zero


def run(
    A: CSR, inverse: Array, b: Array, x: Array, degree: int, lmax: float, optimised: bool, zero: bool
) -> Array:
    work = np.full_like(x, np.nan)
    return csr_chebyshev(A, inverse, b, x, work, degree=degree, lmax=lmax, optimised=optimised, zero=zero)


SPEC = KernelSpec(
    name="csr_chebyshev",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-4, "float64": 1e-12},
)
