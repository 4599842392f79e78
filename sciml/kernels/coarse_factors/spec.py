"""Signature, inputs and tolerances of the coarse operator times factors."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._features import FACE, SURPLUS, faces_of
from sciml.kernels._small_net import Net
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.cell_weights.spec import Ratio, Shares, looked_at, random_net
from sciml.kernels.coarse_factors import coarse_factors
from sciml.kernels.coarse_factors.numpy import coarse_factors as reference_factors
from sciml.kernels.plain_cells import plain_cells

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, volume, shares, ratio in looked_at(rng):
        nets = random_net(rng, FACE, 1), random_net(rng, SURPLUS, 1)
        yield stencil, volume.astype(dtype), *(Net(*(p.astype(dtype) for p in net)) for net in nets), shares, ratio


def reference(
    stencil: VariableStencil, volume: NDArray[np.floating], face: Net, surplus: Net, shares: Shares,
    ratio: Ratio,
) -> tuple[Array, ...]:
    fine = faces_of(stencil)
    fine = fine._replace(volume=volume.astype(np.float64)) if volume.size else fine
    coarse = reference_factors(fine, face, surplus, ratio)
    return *coarse.c, coarse.d, coarse.volume.astype(volume.dtype)


def run(
    stencil: VariableStencil, volume: NDArray[np.floating], face: Net, surplus: Net, shares: Shares,
    ratio: Ratio,
) -> tuple[Array, ...]:
    dtype = face.first.dtype
    plain = plain_cells(stencil, volume, shares) if any(shares) else np.empty((0, 0, 0), np.uint8)
    coarse, found = coarse_factors(
        stencil, volume, face.padded(dtype), surplus.padded(dtype), ratio=ratio, plain=plain, shares=shares
    )
    return *coarse, found


SPEC = KernelSpec(
    name="coarse_factors",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 3e-6, "float64": 1e-13},
)
