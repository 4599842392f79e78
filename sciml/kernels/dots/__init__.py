"""Two inner products with a common factor in one pass, the same for any number of threads."""

from sciml.kernels._blocks import block_sums
from sciml.kernels._device import dispatched
from sciml.kernels._stencil import Array
from sciml.kernels.dots.numba import dot_blocks

__all__ = ["dots"]


@dispatched
def dots(z: Array, r: Array, q: Array) -> tuple[float, float]:
    """``(z . r, z . q)``.

    Parameters
    ----------
    z, r, q : ndarray of float32 or float64, C-contiguous, same shape
        Sums are in float64.

    Examples
    --------
    >>> import numpy as np
    >>> dots(np.ones(3), np.arange(3.0), np.ones(3))
    (3.0, 3.0)
    """
    zr, zq = block_sums(dot_blocks, z.size, 2, z.reshape(-1), r.reshape(-1), q.reshape(-1))
    return float(zr), float(zq)
