"""Signature, inputs and tolerances of IC(0)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.ic0 import ic0_apply, ic0_factor
from sciml.kernels.ic0.numpy import ic0 as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    from scipy.sparse import csr_array

    for n, density in ((1, 1.0), (12, 1.0), (60, 0.1), (90, 0.05), (40, 0.5)):
        entries = rng.uniform(-1.0, 1.0, (n, n)) * (rng.random((n, n)) < density)
        A = np.tril(entries, -1)
        # diagonally dominant, except the last: there pivots break and the diagonal steps in
        np.fill_diagonal(A, np.abs(A + A.T).sum(axis=1) * (0.5 if n == 40 else 1.0) + 0.1)
        yield csr_array(A.astype(dtype)), rng.standard_normal(n).astype(dtype)


def run(lower: Any, r: Array) -> tuple[Array, Array]:
    L = ic0_factor(lower)
    return L.data, ic0_apply(L, r, np.empty_like(r))


SPEC = KernelSpec(
    name="ic0",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float64": 1e-11},
    dtypes=("float64",),
)
