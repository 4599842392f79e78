"""Launches of the stencil product on a device."""

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil

__all__ = ["PROGRAM", "stencil_apply"]

PROGRAM = Program(__package__, "stencil")


def stencil_apply(stencil: Stencil, u: Array, out: Array) -> Array:
    """See the package function."""
    name = "apply_constant" if isinstance(stencil, ConstantStencil) else "apply_variable"
    PROGRAM.launch(name, u.shape, (u.dtype,), *u.shape, stencil, u, out)
    return out
