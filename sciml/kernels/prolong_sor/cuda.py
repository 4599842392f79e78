"""Launches of corrections and sweeps on a device: the first half sweeps correct what they read."""

from typing import TYPE_CHECKING, Any

from sciml.kernels._colour import SplitStencil
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil
from sciml.kernels.stencil_sor.cuda import extent, half_sweep, kind

if TYPE_CHECKING:
    from sciml.kernels.prolong_sor import Linear
    from sciml.kernels.sor_restrict import Target

__all__ = ["PROGRAM", "prolong_sor"]

PROGRAM = Program(__package__, "stencil", "colour")


def prolong_sor(
    stencil: SplitStencil, x: Array, f: Array, coarse: Array, *, n2: int = 0, omega: float = 1.0, sweeps: int = 1,
    first: int = 1, target: "Target" = (2, 2, 2), linear: "Linear | None" = None, periodic: bool = False,
) -> Array:
    """See the package function; axes wrap around where the stencil does, whatever `periodic`."""
    n0, n1, padded = extent(stencil, x)
    box = n0, n1, n2 or padded
    name, source = _source(box, x, coarse, target, linear)

    def prolong(colour: int) -> None:
        PROGRAM.launch(f"prolong_{name}", x.shape[1:], (x.dtype,), *box, x, source, colour)

    def correct_relax(colour: int, *around: bool) -> None:
        args = *box, stencil, f, x.dtype.type(omega), around, x, source, colour
        PROGRAM.launch(f"relax_{name}_{kind(stencil)}", x.shape[1:], (x.dtype,), *args)

    colours = [(first + t) & 1 for t in range(2 * sweeps)]
    if not colours or (linear is not None and not isinstance(stencil, ConstantStencil)):
        prolong(0)
        prolong(1)
    elif linear is not None:
        prolong(1 - first)
        correct_relax(colours.pop(0))
    else:
        correct_relax(colours.pop(0), True)
        correct_relax(colours.pop(0), False)
    for colour in colours:
        half_sweep(stencil, x, f, omega, colour)
    return x


def _source(
    box: tuple[int, int, int], x: Array, coarse: Array, target: "Target", linear: "Linear | None"
) -> tuple[str, tuple[Any, ...]]:
    """How names of kernels go on for this source of a correction, and what they take of it."""
    if not isinstance(target, tuple):
        return "labels", (target, coarse)
    sizes = tuple(-(-n // r) for n, r in zip(box, target, strict=True))
    if linear is None:
        return "box", (coarse, target, sizes)
    return "linear", (coarse, target, sizes, tuple(linear.ends.astype(x.dtype).ravel()), linear.wrap)
