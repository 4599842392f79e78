"""Launches of red-black sweeps on a device, one for each half sweep."""

from sciml.kernels._colour import SplitStencil
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil

__all__ = ["PROGRAM", "extent", "half_sweep", "kind", "stencil_sor"]

PROGRAM = Program(__package__, "stencil", "colour")


def kind(stencil: SplitStencil) -> str:
    """How names of kernels for this type of stencil end."""
    return "constant" if isinstance(stencil, ConstantStencil) else "variable"


def extent(stencil: SplitStencil, x: Array) -> tuple[int, int, int]:
    """The box of `x`, padding included where only a constant stencil knows of it."""
    _, n0, n1, M = x.shape
    return n0, n1, len(stencil.d2) if isinstance(stencil, ConstantStencil) else 2 * M


def half_sweep(stencil: SplitStencil, x: Array, f: Array, omega: float, colour: int) -> None:
    """Relax the cells of a colour."""
    args = *extent(stencil, x), stencil, x, f, x.dtype.type(omega), colour
    PROGRAM.launch(f"relax_{kind(stencil)}", x.shape[1:], (x.dtype,), *args)


def stencil_sor(
    stencil: SplitStencil, x: Array, f: Array, *, omega: float = 1.0, sweeps: int = 1, first: int = 0
) -> Array:
    """See the package function."""
    for t in range(2 * sweeps):
        half_sweep(stencil, x, f, omega, (t + first) & 1)
    return x
