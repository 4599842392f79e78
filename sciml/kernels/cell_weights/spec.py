"""Signature, inputs and tolerances of the weights of cells."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._features import CELL, CHILD, faces_of
from sciml.kernels._inputs import colourable_stencils, masked_stencil
from sciml.kernels._small_net import Net
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.cell_weights import Scale, cell_weights
from sciml.kernels.cell_weights.numpy import cell_weights as reference_weights
from sciml.kernels.colour_layout import split_bytes
from sciml.kernels.plain_cells import plain_cells
from sciml.kernels.sor_restrict.spec import RATIOS

__all__ = ["SPEC", "looked_at", "random_net"]

SCALE = Scale(1.2, 0.00625)
Ratio = tuple[int, int, int]
Shares = tuple[float, ...]
NONE: NDArray[np.float64] = np.empty((0, 0, 0))


def random_net(rng: np.random.Generator, ins: int, outs: int) -> Net:
    """A hidden layer of eight."""
    shapes: tuple[tuple[int, ...], ...] = ((8, ins), (8,), (outs, 8), (outs,))
    return Net(*(0.5 * rng.standard_normal(shape) for shape in shapes))


def looked_at(
    rng: np.random.Generator
) -> Iterator[tuple[VariableStencil, NDArray[np.float64], Shares, Ratio]]:
    """Operators, volumes, shares of faces in a plain cell or zeros to look at every cell, and which axes to coarsen."""
    for count, (stencil, shape) in enumerate(colourable_stencils(rng, np.float64)):
        if isinstance(stencil, VariableStencil) and np.prod(shape) < 70_000:
            volume = np.where(stencil.d > 0, rng.integers(1, 9, shape) / 8, 0.0) if count % 4 else NONE
            yield stencil, volume, (0.0, 0.0, 0.0), RATIOS[count // 2 % len(RATIOS)]
    for shape, wrap in (((20, 22, 24), False), ((15, 13, 17), False), ((40, 1, 36), True)):
        stencil, c = masked_stencil(shape, (False, wrap, wrap), rng, holes=0.002)
        yield stencil, NONE, tuple(c / (2 * c.sum())), (2, 2 if shape[1] > 1 else 1, 2)


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, volume, shares, ratio) in enumerate(looked_at(rng)):
        nets = random_net(rng, CELL, 1 + count % 2), random_net(rng, CHILD, 1)
        yield stencil, volume.astype(dtype), *(Net(*(p.astype(dtype) for p in net)) for net in nets), shares, ratio


def reference(
    stencil: VariableStencil, volume: NDArray[np.floating], cell: Net, child: Net, shares: Shares,
    ratio: Ratio,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    fine = faces_of(stencil)
    fine = fine._replace(volume=volume.astype(np.float64)) if volume.size else fine
    omega, share = reference_weights(fine, cell, child, SCALE, ratio)
    return np.stack([split_bytes(one) for one in omega]), split_bytes(share)


def run(
    stencil: VariableStencil, volume: NDArray[np.floating], cell: Net, child: Net, shares: Shares,
    ratio: Ratio,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    dtype = cell.first.dtype
    plain = plain_cells(stencil, volume, shares) if any(shares) else np.empty((0, 0, 0), np.uint8)
    found = cell_weights(
        stencil, volume, cell.padded(dtype), child.padded(dtype), SCALE, ratio=ratio, plain=plain, shares=shares
    )
    odd = stencil.d.shape[2] % 2  # what padding holds does not matter
    if odd:
        i, j = np.indices(stencil.d.shape[:2])
        for one in (*found.omega, found.scale):
            one[1 - (i + j) % 2, i, j, -1] = 0
    return found.omega, found.scale


SPEC = KernelSpec(
    name="cell_weights",
    reference=reference,
    run=run,
    inputs=inputs,
    tolerance={"float32": 1 / 60, "float64": 0.0},  # in single precision, a byte may round to the next
)
