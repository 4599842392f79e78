"""Signature, inputs and tolerances of the search for plain cells."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import SHAPES, masked_stencil
from sciml.kernels._spec import KernelSpec
from sciml.kernels.plain_cells import plain_cells
from sciml.kernels.plain_cells.numpy import plain_cells as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, shape in enumerate((*SHAPES, (9, 10, 12))):
        stencil, c = masked_stencil(shape, tuple(rng.random(3) < 0.4), rng, holes=0.05 * (count % 3))
        volume = np.where(rng.random(shape) < 0.1, 0.5, 1.0) if count % 2 else np.empty((0, 0, 0))
        yield stencil, volume, tuple(c / (2 * c.sum() or 1.0))


SPEC = KernelSpec(
    name="plain_cells",
    reference=reference,
    run=plain_cells,
    inputs=inputs,
    tolerance={"float64": 0.0},
    dtypes=("float64",),
)
