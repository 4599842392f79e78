"""Signature, inputs and tolerances of transposed convolutions with kernels of 4 x 4."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.convolve4_up import convolve4_up

__all__ = ["SPEC"]

# Samples and points, channels of input and output. The last is large enough for two slabs.
SHAPES = (((1, 1, 1), 8, 24), ((2, 3, 5), 24, 24), ((3, 4, 2), 16, 24), ((2, 17, 18), 24, 24))


def reference(x: Array, w: Array, base: Array | None) -> Array:
    """Every coarse point adds its kernel; a ring of points around the field is cut off."""
    size, rows, n, _ = x.shape
    wide = np.zeros((size, 2 * rows + 2, 2 * n + 2, w.shape[3]), x.dtype)
    for i in range(4):
        for j in range(4):
            wide[:, i : i + 2 * rows : 2, j : j + 2 * n : 2] += x @ w[:, i, j]
    return wide[:, 1:-1, 1:-1] + (0 if base is None else base)


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for shape, channels, K in SHAPES:
        x = rng.standard_normal((*shape, channels)).astype(dtype)
        w = rng.standard_normal((channels, 4, 4, K)).astype(dtype)
        yield x, w, None
        yield x, w, rng.standard_normal((shape[0], 2 * shape[1], 2 * shape[2], K)).astype(dtype)


SPEC = KernelSpec(
    name="convolve4_up",
    reference=reference,
    run=convolve4_up,
    inputs=inputs,
    tolerance={"float32": 2e-6},
    dtypes=("float32",),
)
