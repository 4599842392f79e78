"""Signature, inputs and tolerances of the statistics of face conductances."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.face_statistics import face_statistics
from sciml.kernels.face_statistics.numpy import face_statistics as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, _ in stencils(rng, dtype):
        if isinstance(stencil, VariableStencil):
            yield (stencil,)


SPEC = KernelSpec(
    name="face_statistics",
    reference=reference,
    run=face_statistics,
    inputs=inputs,
    tolerance={"float64": 1e-13},
    dtypes=("float64",),
)
