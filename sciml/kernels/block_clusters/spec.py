"""Signature, inputs and tolerances of the clustering of cells."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import SHAPES, variable_stencil
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.block_clusters import block_clusters
from sciml.kernels.block_clusters.numpy import block_clusters as reference
from sciml.kernels.sor_restrict.spec import RATIOS

__all__ = ["SPEC", "cluster_stencils"]


def cluster_stencils(
    rng: np.random.Generator, dtype: DTypeLike
) -> Iterator[tuple[VariableStencil, tuple[int, int, int]]]:
    """Smooth, masked and strongly varying stencils with every ratio; a few big enough for two slabs."""
    for count, shape in enumerate((*SHAPES, (3, 130, 131))):
        for holes, power in ((0.0, 0.3), (0.5, 0.0), (0.2, 3.0)):
            periodic = tuple(bool(flag) for flag in rng.random(3) < 0.4)
            flat = variable_stencil(shape, (periodic[0], periodic[1], periodic[2]), rng, dtype, holes)
            c0, c1, c2 = (np.where(c > 0, c**power, 0) for c in flat[:3])
            s = flat.d - sum(flat[axis] + np.roll(flat[axis], 1, axis) for axis in range(3))
            d = np.where(s > 1e-9, s, 0) + sum(c + np.roll(c, 1, axis) for axis, c in enumerate((c0, c1, c2)))
            yield VariableStencil(c0, c1, c2, d.astype(dtype)), RATIOS[count % len(RATIOS)]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, ratio in cluster_stencils(rng, dtype):
        yield stencil, ratio, 0.03


SPEC = KernelSpec(
    name="block_clusters",
    reference=reference,
    run=block_clusters,
    inputs=inputs,
    tolerance={"float64": 1e-13},
    dtypes=("float64",),
)
