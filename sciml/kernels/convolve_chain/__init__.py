"""Several convolutions of one sample after another, in one call."""

import numpy as np

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.chain import Chain, pitch
from sciml.kernels.convolve_chain.numba import chain_samples

__all__ = ["convolve_chain"]


def convolve_chain(
    chain: Chain, x: Array, weights: Array, constants: Array, *, kept: Array | None = None, out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """The last field of a chain.

    Parameters
    ----------
    chain : Chain
    x : ndarray of float32 or float64, shape (N, points, channels), C-contiguous
        The first field; channels a multiple of 8, zeros beyond those of the chain.
    weights : ndarray like `x`
        All weights as they lie in memory, one after another.
    constants : ndarray like `x`, shape (channels of the last field,)
    kept : ndarray like `x`, shape (N, chain.kept), optional
        Overwritten with all other fields, for gradients.
    out : ndarray, C-contiguous, optional
        Overwritten and returned.
    threads : int, optional
        At most so many; default all of the pool.

    Returns
    -------
    ndarray, shape (N, points, channels rounded up to a multiple of 8)
    """
    last = chain.fields[-1]
    out = np.empty((len(x), last.points, pitch(last.channels)), x.dtype) if out is None else out
    keeps = kept is not None
    inside = np.empty(0, x.dtype) if kept is None else kept.reshape(-1)
    passes, table = chain.forward
    run_slabs(
        chain_samples, slabs(len(x), x.size, threads=threads), x.reshape(-1), x[:1].size, weights, constants,
        chain.packs, chain.packed, passes, table, inside, keeps, chain.kept, out.reshape(-1), out[:1].size,
    )
    return out
