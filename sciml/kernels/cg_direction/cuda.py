"""Launches of the direction step on a device."""

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil
from sciml.kernels.cg_renew.cuda import cg_renew

__all__ = ["PROGRAM", "cg_direction"]

PROGRAM = Program(__package__, "planes", "stencil")


def cg_direction(stencil: Stencil, alpha: float, beta: float, z: Array, p: Array, x: Array, q: Array) -> float:
    """See the package function."""
    cg_renew(alpha, beta, z, p, x)
    name = "direction_constant" if isinstance(stencil, ConstantStencil) else "direction_variable"
    n0, n1, n2 = p.shape
    return float(PROGRAM.sums(name, (n0, n1 * n2), (p.dtype,), n0, n1, n2, stencil, p, q).sum())
