"""A function of one variable in half precision, by a table of all its values."""

import numpy as np

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.half_curve.numba import slopes, values

__all__ = ["half_curve"]


def half_curve(x: Array, table: Array, g: Array | None = None, *, threads: int | None = None) -> Array:
    """``table[x]``, or ``g table[x]`` rounded.

    Parameters
    ----------
    x : ndarray of uint16, C-contiguous
        The bits of bfloat16 numbers.
    table : ndarray, shape (65536,)
        uint16: the function's values; float32, with `g`: its slopes.
    g : ndarray of uint16 like `x`, optional
        Gradient by the values, bfloat16 too.
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray of uint16 like `x`

    Examples
    --------
    >>> half_curve(np.array([0, 2], np.uint16), np.arange(1, 65537).astype(np.uint16))
    array([1, 3], dtype=uint16)
    """
    out = np.empty_like(x)
    parts = [(0, x.size)] if threads == 1 else slabs(x.size, x.size)
    if g is None:
        run_slabs(values, parts, x.reshape(-1), table, out.reshape(-1))
    else:
        run_slabs(slopes, parts, x.reshape(-1), table, g.reshape(-1), out.reshape(-1))
    return out
