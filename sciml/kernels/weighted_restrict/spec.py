"""Signature, inputs and tolerances of the weighted sweeps and restriction; the reference is their composition."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._colour import SplitWeights, split_zeros
from sciml.kernels._device import is_on_device, to_device, to_host
from sciml.kernels._inputs import colourable_operators, masked
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, VariableStencil, stencil_wraps
from sciml.kernels.colour_layout import colour_merge, colour_split, split_bytes, split_operator
from sciml.kernels.sor_restrict.spec import RATIOS, coarse_shape
from sciml.kernels.stencil_apply.numpy import stencil_apply
from sciml.kernels.weighted_restrict import weighted_restrict
from sciml.kernels.weighted_restrict.numpy import share, weighted_sor

__all__ = ["BASE", "SPEC", "STEP", "random_bytes", "shares", "split_weights"]

BASE, STEP = 1.2, 0.00625


def random_bytes(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int8]:
    """Any bytes but the lowest."""
    return rng.integers(-127, 128, shape).astype(np.int8)


def shares(stencil: VariableStencil, rng: np.random.Generator) -> NDArray[np.int8]:
    """Any bytes for the shares of cells; none where nothing is active."""
    return np.where(stencil.d > 0, random_bytes(stencil.d.shape, rng), np.int8(-128))


def split_weights(omega: NDArray[np.int8], scale: NDArray[np.int8]) -> SplitWeights:
    """Bytes in natural order as the kernels want them, where they are; they are put in order on the CPU."""
    omegas, scales = to_host((omega, scale))
    found = SplitWeights(np.stack([split_bytes(one) for one in omegas]), split_bytes(scales), BASE, STEP)
    weights: SplitWeights = to_device(found) if is_on_device(scale) else found
    return weights


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, shape) in enumerate(colourable_operators(rng, dtype)):
        f = masked(stencil, rng.standard_normal(shape).astype(dtype))
        ratio = RATIOS[count % len(RATIOS)]
        yield stencil, random_bytes((1 + count % 2, *shape), rng), shares(stencil, rng), f, ratio


def reference(
    stencil: VariableStencil, omega: NDArray[np.int8], scale: NDArray[np.int8], f: Array, ratio: tuple[int, int, int]
) -> tuple[Array, Array]:
    u = weighted_sor(stencil, omega, BASE, STEP, np.zeros_like(f), f)
    r = share(scale).astype(f.dtype) * (f - stencil_apply(stencil, u))
    for axis in range(3):
        r = np.add.reduceat(r, np.arange(0, r.shape[axis], ratio[axis]), axis=axis)
    return u, r


def run(
    stencil: VariableStencil, omega: NDArray[np.int8], scale: NDArray[np.int8], f: Array, ratio: tuple[int, int, int]
) -> tuple[Array, Array]:
    g = colour_split(f, split_zeros(f.shape, f.dtype, like=f))
    x, box = split_zeros(f.shape, f.dtype, like=f), coarse_shape(f.shape, ratio)
    coarse = split_zeros(box, f.dtype, like=f)
    x[:], coarse[:] = 3.0, np.nan  # what x held must not matter, as long as it is finite
    weighted_restrict(
        split_operator(stencil, f.dtype), split_weights(omega, scale), x, g, coarse, ratio=ratio,
        periodic=stencil_wraps(stencil)[0],
    )
    return masked(stencil, colour_merge(x, np.empty_like(f))), colour_merge(coarse, np.empty_like(f, shape=box))


SPEC = KernelSpec(
    name="weighted_restrict",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-5, "float64": 1e-13},
)
