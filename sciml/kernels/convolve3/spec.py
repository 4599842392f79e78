"""Signature, inputs and tolerances of convolutions with kernels of 3 x 3."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array
from sciml.kernels.convolve3 import convolve3
from sciml.kernels.convolve3.numpy import convolve3 as reference

__all__ = ["SPEC", "fields"]

# Samples, points, padding, channels of input and output. The last is large enough for two slabs.
SHAPES = (
    ((1, 1, 1), 2, 8, 24), ((2, 3, 5), 1, 24, 24), ((1, 4, 8), 0, 16, 24), ((2, 9, 10), 2, 24, 24),
    ((3, 2, 3), 1, 8, 24), ((1, 5, 7), 0, 24, 24), ((2, 33, 34), 1, 24, 24),
)


def fields(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Array, int, int, tuple[int, ...]]]:
    """x, padding, channels and shape of the output."""
    for shape, pad, channels, K in SHAPES:
        x = rng.standard_normal((*shape, channels)).astype(dtype)
        yield x, pad, K, (shape[0], shape[1] + 2 * pad - 2, shape[2] + 2 * pad - 2, K)


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for x, pad, K, shape in fields(rng, dtype):
        w, base = rng.standard_normal((K, 3, 3, x.shape[3])).astype(dtype), rng.standard_normal(shape).astype(dtype)
        yield x, w, pad, None, 1.0, False
        yield x, w, pad, base, -1.0, False
        turned = rng.standard_normal((x.shape[3], 3, 3, K)).astype(dtype)
        yield x, turned, pad, None, 1.0, True


SPEC = KernelSpec(
    name="convolve3",
    reference=lambda *args: reference(*args[:5], adjoint=args[5]),
    run=lambda *args: convolve3(*args[:5], adjoint=args[5]),
    inputs=inputs,
    tolerance={"float32": 2e-6},
    dtypes=("float32",),
)
