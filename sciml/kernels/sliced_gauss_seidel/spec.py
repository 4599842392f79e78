"""Signature, inputs and tolerances of Gauss-Seidel sweeps in slices."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR, Index, Split
from sciml.kernels._csr_inputs import index_types, random_definite
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.csr_slice import csr_slice
from sciml.kernels.csr_split import csr_split
from sciml.kernels.sliced_gauss_seidel import sliced_gauss_seidel
from sciml.kernels.sliced_gauss_seidel.numpy import sliced_gauss_seidel as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    """Matrices numbered colour after colour, with the places where the colours end."""
    for n, index in product((1, 2, 9, 120), index_types(dtype)):
        A = random_definite(n, rng, dtype, index)
        colours = csr_colour(A.starts, A.columns)
        ends = np.append(0, np.cumsum(np.bincount(colours)))
        parts = csr_split(A, np.argsort(colours, kind="stable"))
        for backward, zero in product((False, True), repeat=2):
            b, x = rng.standard_normal((2, n)).astype(dtype)
            yield parts, ends, b, x, backward, zero


def run(A: Split[CSR], ends: Index, b: Array, x: Array, backward: bool, zero: bool) -> Array:
    sliced = Split(csr_slice(A.lower, ends), csr_slice(A.upper, ends), A.inverse)
    return sliced_gauss_seidel(sliced, b, x, np.full_like(x, np.nan), backward=backward, zero=zero)


SPEC = KernelSpec(
    name="sliced_gauss_seidel",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
