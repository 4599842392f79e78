"""Signature, inputs and tolerances of the fused smoothing and restriction; the reference is its parts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_stencils, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split, split_stencil
from sciml.kernels.sor_restrict import sor_restrict
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.stencil_sor.numpy import stencil_sor

__all__ = ["RATIOS", "SPEC", "coarse_shape"]

RATIOS = ((2, 2, 2), (1, 2, 2), (2, 1, 1), (2, 2, 1), (1, 1, 2))


def coarse_shape(shape: tuple[int, int, int], ratio: tuple[int, int, int]) -> tuple[int, int, int]:
    """Shape after coarsening, rounded up."""
    n0, n1, n2 = (-(-n // r) for n, r in zip(shape, ratio, strict=True))
    return n0, n1, n2


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_stencils(rng, dtype)):
        u, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        for zero in (False, True):
            yield stencil, u, f, 1.0 + 0.15 * (count % 2), count % 3, zero, RATIOS[count % len(RATIOS)]


def reference(
    stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, zero: bool, ratio: tuple[int, int, int]
) -> tuple[Array, Array]:
    u = stencil_sor(stencil, np.zeros_like(u) if zero else u, f, omega, sweeps)
    coarse = f - stencil_apply(stencil, u)
    for axis in range(3):
        coarse = np.add.reduceat(coarse, np.arange(0, coarse.shape[axis], ratio[axis]), axis=axis)
    return u, coarse


def run(
    stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, zero: bool, ratio: tuple[int, int, int]
) -> tuple[Array, Array]:
    x, g = (colour_split(a, split_zeros(a.shape, a.dtype)) for a in (u, f))
    box = coarse_shape(u.shape, ratio)
    coarse = split_zeros(box, u.dtype)
    coarse[:] = np.nan
    sor_restrict(
        split_stencil(stencil, u.dtype), x, g, coarse, omega=omega, sweeps=sweeps, zero=zero, ratio=ratio,
        periodic=stencil_wraps(stencil)[0],
    )
    return colour_merge(x, np.empty_like(u)), colour_merge(coarse, np.empty(box, u.dtype))


SPEC = KernelSpec(
    name="sor_restrict",
    reference=reference,
    implementations={"numba": run},
    inputs=inputs,
    tolerance={"float32": 3e-5},
    dtypes=("float32",),
)
