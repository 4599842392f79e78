"""Cubic interpolation from a coarse box, for fields whose boundary data is not known."""

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.cubic_prolong.numba import prolong_slab

__all__ = ["cubic_prolong"]


@dispatched
def cubic_prolong(
    coarse: Array, x: Array, n2: int, ratio: tuple[int, int, int] = (2, 2, 2),
    wrap: tuple[bool, bool, bool] = (False, False, False),
) -> Array:
    """Write the interpolated `coarse` into `x` and return it.

    Along a coarsened axis a left child takes (-5, 35, 105, -7) / 128 of the coarse cells c - 2 to
    c + 1, a right child the mirror image. Near an end the cubic through the four cells there is
    continued, so values and fluxes prescribed on the boundary need not be known; with fewer
    than four cells it is the polynomial through all of them.

    Parameters
    ----------
    coarse : ndarray
        Colour-split coarse box, ceil(n / 2) cells along coarsened axes.
    x : ndarray, shape (2, n0, n1, ceil(n2 / 2))
        Colour-split fine box, overwritten.
    n2 : int
        True length of a fine row.
    ratio : tuple of int
        2 for coarsened axes, 1 for those to copy.
    wrap : tuple of bool
        Periodic axes.
    """
    run_slabs(prolong_slab, slabs(x.shape[1], x.size), coarse, x, n2, ratio, wrap)
    return x
