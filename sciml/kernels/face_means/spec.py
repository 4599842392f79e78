"""Signature, inputs and tolerances of the mean face conductances."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.face_means import face_means
from sciml.kernels.face_means.numpy import face_means as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for stencil, _ in stencils(rng, dtype):
        if isinstance(stencil, VariableStencil):
            yield (stencil,)


SPEC = KernelSpec(
    name="face_means",
    reference=reference,
    implementations={"numba": face_means},
    inputs=inputs,
    tolerance={"float64": 1e-13},
    dtypes=("float64",),
)
