"""Signature, inputs and tolerances of the fused prolongation and smoothing; the reference is its parts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_stencils, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, ConstantStencil, Stencil, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split, split_labels, split_stencil
from sciml.kernels.prolong_sor import Linear, prolong_sor
from sciml.kernels.sor_restrict import Target
from sciml.kernels.sor_restrict.spec import RATIOS, coarse_shape, random_labels
from sciml.kernels.stencil_sor.numpy import stencil_sor

__all__ = ["SPEC"]

def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_stencils(rng, dtype)):
        u, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        ratio = RATIOS[count // 2 % len(RATIOS)]
        coarse = rng.standard_normal(coarse_shape(shape, ratio)).astype(dtype)
        linear = rng.uniform(-1, 1, (3, 2)) if isinstance(stencil, ConstantStencil) else None
        yield stencil, u, f, coarse, 1.0 + 0.15 * (count % 2), count % 3, 1 - count % 2, ratio, linear
        labels = random_labels(shape, rng)
        clusters = rng.standard_normal(labels.max() + 2)
        yield stencil, u, f, clusters, 1.0, count % 3, 1 - count % 2, labels, None


def interpolate(coarse: Array, axis: int, n: int, ends: NDArray[np.float64] | None, wrap: bool) -> Array:
    """Twice as many cells along `axis`, cut to n; linear when `ends` (ghost multiples) are given."""
    below, above = np.roll(coarse, 1, axis), np.roll(coarse, -1, axis)
    if ends is None:
        below, above = coarse, coarse
    elif not wrap:
        first, last = [slice(None)] * 3, [slice(None)] * 3
        first[axis], last[axis] = slice(0, 1), slice(-1, None)
        below[tuple(first)] = ends[0] * coarse[tuple(first)]
        above[tuple(last)] = ends[1] * coarse[tuple(last)]
    children = np.stack([0.75 * coarse + 0.25 * below, 0.75 * coarse + 0.25 * above], axis=axis + 1)
    shape = list(coarse.shape)
    shape[axis] *= 2
    return children.reshape(shape).take(np.arange(n), axis=axis)


def reference(
    stencil: Stencil, u: Array, f: Array, coarse: Array, omega: float, sweeps: int, first: int, target: Target,
    linear: NDArray[np.float64] | None,
) -> Array:
    wraps = stencil_wraps(stencil)
    if not isinstance(target, tuple):
        coarse = np.where(target >= 0, coarse[target], u.dtype.type(0))
        target = (1, 1, 1)
    for axis in range(3):
        if target[axis] == 2:
            ends = None if linear is None else linear[axis]
            coarse = interpolate(coarse, axis, u.shape[axis], ends, wraps[axis])
    return stencil_sor(stencil, (u + coarse).astype(u.dtype), f, omega, sweeps, first)


def run(
    stencil: Stencil, u: Array, f: Array, coarse: Array, omega: float, sweeps: int, first: int, target: Target,
    linear: NDArray[np.float64] | None,
) -> Array:
    x, g = (colour_split(a, split_zeros(a.shape, a.dtype, like=a)) for a in (u, f))
    if isinstance(target, tuple):
        coarse = colour_split(coarse, split_zeros(coarse.shape, coarse.dtype, like=coarse))
    else:
        target = split_labels(target)
    wraps = stencil_wraps(stencil)
    prolong_sor(
        split_stencil(stencil, u.dtype), x, g, coarse,
        n2=u.shape[2], omega=omega, sweeps=sweeps, first=first, target=target,
        linear=None if linear is None else Linear(linear, wraps), periodic=wraps[0],
    )
    return masked(stencil, colour_merge(x, np.empty_like(u)))


SPEC = KernelSpec(
    name="prolong_sor",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-5},
    dtypes=("float32",),
)
