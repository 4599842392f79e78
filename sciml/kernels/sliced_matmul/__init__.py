"""Product of a sparse matrix in slices of rows with a vector."""

import numpy as np

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._sliced import Sliced
from sciml.kernels._stencil import Array
from sciml.kernels.sliced_matmul.numba import product

__all__ = ["sliced_matmul"]


def sliced_matmul(
    A: Sliced, x: Array, out: Array | None = None, *, b: Array | None = None, scale: float = 1.0
) -> Array:
    """``out = b + scale A x`` as `csr_matmul` has it, for one vector, about twice as fast on rows of few entries.

    Parameters
    ----------
    A : Sliced, m rows
    x : ndarray, shape (n,), C-contiguous
        Of the dtype of A.
    out : ndarray of the dtype of A, shape (m,), optional
        Overwritten; must not share memory with `x`.
    b : ndarray like `out`, optional
        What the product is added to, default 0; may be `out` itself.
    scale : float

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> from sciml.kernels.csr_slice import csr_slice
    >>> A = csr_slice(csr_of(csr_array([[2.0, 1.0], [0.0, 3.0]])))
    >>> sliced_matmul(A, np.array([1.0, 2.0]))
    array([4., 6.])
    """
    out = np.empty(A.rows, A.values.dtype) if out is None else out
    added = out if b is None else b
    parts = slabs(A.slices, A.entries)
    run_slabs(product, parts, *A, x, added, b is not None, out.dtype.type(scale), out)
    return out
