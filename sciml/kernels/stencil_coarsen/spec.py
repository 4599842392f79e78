"""Signature, inputs and tolerances of the coarse operator."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._inputs import stencils
from sciml.kernels._spec import KernelSpec
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.sor_restrict.spec import RATIOS
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.kernels.stencil_coarsen.numpy import stencil_coarsen as reference

__all__ = ["SPEC"]


def inputs(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Any, ...]]:
    for count, (stencil, _) in enumerate(stencils(rng, dtype)):
        if isinstance(stencil, VariableStencil):
            yield stencil, RATIOS[count // 2 % len(RATIOS)]


SPEC = KernelSpec(
    name="stencil_coarsen",
    reference=reference,
    run=stencil_coarsen,
    inputs=inputs,
    tolerance={"float64": 1e-13},
    dtypes=("float64",),
)
