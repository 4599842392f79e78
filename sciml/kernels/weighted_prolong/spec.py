"""Signature, inputs and tolerances of the weighted correction and sweeps; the reference is their composition."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import split_zeros
from sciml.kernels._inputs import colourable_operators, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, VariableStencil, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split, split_operator
from sciml.kernels.prolong_sor.spec import interpolate
from sciml.kernels.sor_restrict.spec import RATIOS, coarse_shape
from sciml.kernels.weighted_prolong import weighted_prolong
from sciml.kernels.weighted_restrict.numpy import share, weighted_sor
from sciml.kernels.weighted_restrict.spec import BASE, STEP, random_bytes, shares, split_weights

__all__ = ["SPEC"]

Ratio = tuple[int, int, int]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_operators(rng, dtype)):
        ratio = RATIOS[count % len(RATIOS)]
        u, f = (masked(stencil, rng.standard_normal(shape).astype(dtype)) for _ in range(2))
        coarse = rng.standard_normal(coarse_shape(shape, ratio)).astype(dtype)
        yield stencil, random_bytes((1 + count % 2, *shape), rng), shares(stencil, rng), u, f, coarse, ratio


def reference(
    stencil: VariableStencil, omega: NDArray[np.int8], scale: NDArray[np.int8], u: Array, f: Array, coarse: Array,
    ratio: Ratio,
) -> Array:
    for axis in range(3):
        if ratio[axis] == 2:
            coarse = interpolate(coarse, axis, u.shape[axis], None, False)
    return weighted_sor(stencil, omega, BASE, STEP, (u + share(scale) * coarse).astype(u.dtype), f, backward=True)


def run(
    stencil: VariableStencil, omega: NDArray[np.int8], scale: NDArray[np.int8], u: Array, f: Array, coarse: Array,
    ratio: Ratio,
) -> Array:
    x, g, e = (colour_split(a, split_zeros(a.shape, a.dtype, like=a)) for a in (u, f, coarse))
    weighted_prolong(
        split_operator(stencil, f.dtype), split_weights(omega, scale), x, g, e, n2=u.shape[2], ratio=ratio,
        periodic=stencil_wraps(stencil)[0],
    )
    return masked(stencil, colour_merge(x, np.empty_like(u)))


SPEC = KernelSpec(
    name="weighted_prolong",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-5, "float64": 1e-13},
)
