"""Launches of the gradients by faces and diagonal on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["PROGRAM", "stencil_sampled"]

PROGRAM = Program(__package__, "stencil")


def stencil_sampled(g: Array, u: Array, out: VariableStencil | None = None) -> VariableStencil:
    """See the package function."""
    batch, n0, n1, n2 = u.shape
    if out is None:
        out = VariableStencil(*(np.empty_like(u, shape=(n0, n1, n2)) for _ in range(4)))
    PROGRAM.launch("sample", (n0, n1, n2), (u.dtype,), batch, n0, n1, n2, g, u, out)
    return out
