"""Launch of the assembly on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["PROGRAM", "stencil_faces"]

PROGRAM = Program(__package__, "stencil")


def stencil_faces(
    coefficients: tuple[Array, Array, Array], scale: Array, wrap: Array, weights: tuple[Array, Array, Array]
) -> VariableStencil:
    """See the package function."""
    import cupy

    k0 = coefficients[0]
    result = VariableStencil(*(np.empty_like(k0) for _ in range(4)))
    vectors = tuple(cupy.asarray(v, k0.dtype) for v in (scale, wrap, *weights))
    PROGRAM.launch("assemble", k0.shape, (k0.dtype,), *k0.shape, coefficients, vectors, result)
    return result
