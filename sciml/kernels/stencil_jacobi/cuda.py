"""Launches of damped Jacobi sweeps on a device, one a sweep."""

from collections.abc import Sequence

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array, ConstantStencil, Stencil
from sciml.kernels.stencil_jacobi import jacobi_omega

__all__ = ["PROGRAM", "stencil_jacobi"]

PROGRAM = Program(__package__, "stencil")


def stencil_jacobi(
    stencil: Stencil, x: Array, f: Array, work: Array, *, omegas: Sequence[float] | None = None, zero: bool = False
) -> Array:
    """See the package function."""
    n0, n1, n2 = x.shape
    weights = (jacobi_omega((n0, n1, n2)),) if omegas is None else omegas
    kind = "constant" if isinstance(stencil, ConstantStencil) else "variable"
    # Sweeps go to and fro between two arrays. A start from 0 reads neither: it writes to the one from which the last
    # sweep ends in x.
    source, target = (work, x) if zero and len(weights) % 2 else (x, work)
    for t, omega in enumerate(weights):
        start = zero and t == 0
        read = (f,) if start else (f, source)
        name = f"start_{kind}" if start else f"relax_{kind}"
        PROGRAM.launch(name, (n0, n1, n2), (x.dtype,), n0, n1, n2, stencil, x.dtype.type(omega), read, target)
        source, target = target, source
    if source is not x:
        x[...] = source
    return x
