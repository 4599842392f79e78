"""Launches of weighted sweeps, one for each half sweep, and of the weighted restriction on a device."""

from sciml.kernels._colour import SplitMasked, SplitVariable, SplitWeights
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "weighted_half_sweep", "weighted_restrict"]

PROGRAM = Program(__package__, "stencil", "colour", "weighted")


def weighted_half_sweep(
    stencil: SplitVariable, weights: SplitWeights, t: int, x: Array, f: Array, colour: int
) -> None:
    """Relax the cells of a colour with the weights of sweep t."""
    _, n0, n1, M = x.shape
    real = x.dtype.type
    args = n0, n1, 2 * M, stencil, weights.omega, t, real(weights.base), real(weights.step), x, f, colour
    PROGRAM.launch("relax", x.shape[1:], (x.dtype,), *args)


def weighted_restrict(
    stencil: SplitVariable | SplitMasked, weights: SplitWeights, x: Array, f: Array, coarse: Array, *,
    ratio: tuple[int, int, int] = (2, 2, 2), periodic: bool = False,
) -> Array:
    """See the package function; axes wrap around where the stencil does, whatever `periodic`."""
    assert isinstance(stencil, SplitVariable)  # what moves to a device
    _, n0, n1, M = x.shape
    real, box = x.dtype.type, (n0, n1, 2 * M)
    scalars = real(weights.base), real(weights.step)
    PROGRAM.launch("start", x.shape[1:], (real,), *box, stencil.d, weights.omega, *scalars, x, f)
    for t in range(1, 2 * len(weights.omega)):
        weighted_half_sweep(stencil, weights, t // 2, x, f, t & 1)
    _, N0, N1, width = coarse.shape
    PROGRAM.launch(
        "restrict_box", (N0, N1, 2 * width), (real,), *box, stencil, weights.scale, x, f, ratio, coarse
    )
    return coarse
