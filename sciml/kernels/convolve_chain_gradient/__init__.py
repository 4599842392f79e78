"""Gradients of a chain of convolutions by its first field and by its weights."""

import numpy as np

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.chain import Chain, pitch
from sciml.kernels.convolve_chain_gradient.numba import gradient_samples

__all__ = ["convolve_chain_gradient"]


def convolve_chain_gradient(
    chain: Chain, x: Array, weights: Array, kept: Array, g: Array, *, by_x: Array | None = None,
    threads: int | None = None,
) -> tuple[Array, Array]:
    """Gradients by the weights, as they lie in memory, and by the constants, for a gradient `g` by the last field.

    Parameters
    ----------
    chain : Chain
    x, weights : ndarray
        What `convolve_chain` was given.
    kept : ndarray, shape (N, chain.kept)
        What it has written there.
    g : ndarray, shape (N, points, channels), C-contiguous
    by_x : ndarray like `x`, optional
        Overwritten with the gradient by x.
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray like `weights`
    ndarray, shape (channels of `g`,)
    """
    passes, table = chain.backward
    wanted = by_x is not None
    gx = np.empty(0, x.dtype) if by_x is None else by_x.reshape(-1)
    # Room for pairs of points in half precision.
    most = chain.pairs * max(pitch(f.channels) for f in chain.fields) if x.itemsize == 2 else 0
    parts = run_slabs(
        gradient_samples, slabs(len(x), x.size, threads=threads), x.reshape(-1), x[:1].size, weights, chain.packs,
        chain.packed, passes, table, kept.reshape(-1), chain.kept, g.reshape(-1), g[:1].size, gx, wanted, most,
        g.shape[2],
    )
    return sum(by_weights for by_weights, _ in parts), sum(by_constants for _, by_constants in parts)
