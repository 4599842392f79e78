"""Red-black successive over-relaxation in colour-split storage."""

from sciml.kernels._colour import SplitStencil
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.stencil_sor.numba import sweep_slab

__all__ = ["stencil_sor"]


@dispatched
def stencil_sor(
    stencil: SplitStencil, x: Array, f: Array, *, omega: float = 1.0, sweeps: int = 1, first: int = 0
) -> Array:
    """Relax A x = f in place with red-black sweeps; returns `x`.

    Parameters
    ----------
    stencil : ConstantStencil or SplitVariable
        Operator over (n0, n1, n2) in the precision of `x`; periodic axes must have even length.
    x, f : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        In colour-split order, from `split_zeros`.
    omega : float
        Over-relaxation factor in (0, 2).
    sweeps : int
        Number of full sweeps.
    first : int
        Colour of the first half sweep, 0 red, 1 black.
    """
    parts = slabs(x.shape[1], x.size)
    for t in range(2 * sweeps):
        run_slabs(sweep_slab, parts, stencil, x, f, x.dtype.type(omega), (t + first) & 1)
    return x
