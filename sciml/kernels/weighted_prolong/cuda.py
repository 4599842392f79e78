"""Launches of the weighted correction, and of the sweeps that follow it, on a device."""

from sciml.kernels._colour import SplitMasked, SplitVariable, SplitWeights
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array
from sciml.kernels.weighted_restrict.cuda import weighted_half_sweep

__all__ = ["PROGRAM", "weighted_prolong"]

PROGRAM = Program(__package__, "stencil", "colour", "weighted")


def weighted_prolong(
    stencil: SplitVariable | SplitMasked, weights: SplitWeights, x: Array, f: Array, coarse: Array, *, n2: int,
    ratio: tuple[int, int, int] = (2, 2, 2), periodic: bool = False,
) -> Array:
    """See the package function; axes wrap around where the stencil does, whatever `periodic`."""
    assert isinstance(stencil, SplitVariable)  # what moves to a device
    box = *x.shape[1:3], n2
    sizes = tuple(-(-n // r) for n, r in zip(box, ratio, strict=True))
    PROGRAM.launch("prolong", box, (x.dtype,), *box, weights.scale, x, coarse, ratio, sizes)
    for sweep in reversed(range(len(weights.omega))):
        weighted_half_sweep(stencil, weights, sweep, x, f, 1)
        weighted_half_sweep(stencil, weights, sweep, x, f, 0)
    return x
