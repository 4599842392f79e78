"""Launches of sweeps and of the residual with its restriction on a device."""

from typing import TYPE_CHECKING

from sciml.kernels._colour import SplitStencil
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array
from sciml.kernels.stencil_sor.cuda import extent, half_sweep, kind

if TYPE_CHECKING:
    from sciml.kernels.sor_restrict import Target

__all__ = ["PROGRAM", "sor_restrict"]

PROGRAM = Program(__package__, "stencil", "colour")


def sor_restrict(
    stencil: SplitStencil, x: Array, f: Array, coarse: Array, *, omega: float = 1.0, sweeps: int = 1,
    zero: bool = False, target: "Target" = (2, 2, 2), periodic: bool = False,
) -> Array:
    """See the package function; axes wrap around where the stencil does, whatever `periodic`."""
    types, which = (x.dtype,), kind(stencil)
    args = *extent(stencil, x), stencil, x, f
    if zero and sweeps == 0:
        x[:] = 0
    elif zero:
        PROGRAM.launch(f"start_{which}", x.shape[1:], types, *args, x.dtype.type(omega))
    for t in range(int(zero), 2 * sweeps):
        half_sweep(stencil, x, f, omega, t & 1)
    if isinstance(target, tuple):
        _, N0, N1, width = coarse.shape
        PROGRAM.launch(f"restrict_box_{which}", (N0, N1, 2 * width), types, *args, target, coarse)
    else:
        coarse[:] = 0
        PROGRAM.launch(f"restrict_labels_{which}", extent(stencil, x), types, *args, target, coarse)
    return coarse
