"""Signature, inputs and tolerances of the fused smoothing and restriction; the reference is its parts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_stencils, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, Stencil, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split, split_labels, split_stencil
from sciml.kernels.sor_restrict import Target, sor_restrict
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.stencil_sor.numpy import stencil_sor

__all__ = ["RATIOS", "SPEC", "coarse_shape", "random_labels"]

RATIOS = ((2, 2, 2), (1, 2, 2), (2, 1, 1), (2, 2, 1), (1, 1, 2))


def coarse_shape(shape: tuple[int, int, int], ratio: tuple[int, int, int]) -> tuple[int, int, int]:
    """Shape after coarsening, rounded up."""
    n0, n1, n2 = (-(-n // r) for n, r in zip(shape, ratio, strict=True))
    return n0, n1, n2


def random_labels(shape: tuple[int, int, int], rng: np.random.Generator) -> NDArray[np.int32]:
    """Three clusters in every pair of planes, some cells in none."""
    pair = np.arange(shape[0]) // 2
    labels = 3 * pair[:, None, None] + rng.integers(0, 3, shape)
    return np.where(rng.random(shape) < 0.1, -1, labels).astype(np.int32)


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_stencils(rng, dtype)):
        u, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        for zero in (False, True):
            yield stencil, u, f, 1.0 + 0.15 * (count % 2), count % 3, zero, RATIOS[count % len(RATIOS)]
            yield stencil, u, f, 1.0, count % 3, zero, random_labels(shape, rng)


def reference(
    stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, zero: bool, target: Target
) -> tuple[Array, Array]:
    u = stencil_sor(stencil, np.zeros_like(u) if zero else u, f, omega, sweeps)
    r = f - stencil_apply(stencil, u)
    if not isinstance(target, tuple):
        sums = np.bincount(target.ravel() + 1, weights=r.ravel(), minlength=target.max() + 2)
        return u, np.asarray(sums[1:], np.float64)
    for axis in range(3):
        r = np.add.reduceat(r, np.arange(0, r.shape[axis], target[axis]), axis=axis)
    return u, r


def run(
    stencil: Stencil, u: Array, f: Array, omega: float, sweeps: int, zero: bool, target: Target
) -> tuple[Array, Array]:
    x, g = (colour_split(a, split_zeros(a.shape, a.dtype, like=a)) for a in (u, f))
    if isinstance(target, tuple):
        box = coarse_shape(u.shape, target)
        coarse = split_zeros(box, u.dtype, like=u)
    else:
        coarse = np.empty_like(target, shape=int(target.max()) + 1, dtype=np.float64)
    coarse[:] = np.nan
    sor_restrict(
        split_stencil(stencil, u.dtype), x, g, coarse, omega=omega, sweeps=sweeps, zero=zero,
        target=target if isinstance(target, tuple) else split_labels(target), periodic=stencil_wraps(stencil)[0],
    )
    merged = coarse if coarse.ndim == 1 else colour_merge(coarse, np.empty_like(u, shape=box))
    return colour_merge(x, np.empty_like(u)), merged


SPEC = KernelSpec(
    name="sor_restrict",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-5},
    dtypes=("float32",),
)
