"""Product of a sparse matrix with one vector or with many."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._device import dispatched
from sciml.kernels._lanes import fits, padded
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_matmul.numba import product, products

__all__ = ["csr_matmul"]


@dispatched
def csr_matmul(A: CSR, x: Array, out: Array | None = None, *, b: Array | None = None, scale: float = 1.0) -> Array:
    """``out = b + scale A x``: a product, with ``scale=-1`` a residual, with ``b=out`` an update; returns `out`.

    Parameters
    ----------
    A : CSR, m rows
        Indices int32 or int64, values float32 or float64.
    x : ndarray of float32 or float64, shape (n,) or (n, k), C-contiguous
        One vector, or k of them as columns.
    out : ndarray of the dtype of A, shape (m,) or (m, k), optional
        Overwritten; must not share memory with `x`. Sums are in its precision.
    b : ndarray like `out`, optional
        What the product is added to, default 0; may be `out` itself.
    scale : float

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> A = csr_of(csr_array([[2.0, 1.0], [0.0, 3.0]]))
    >>> csr_matmul(A, np.array([1.0, 2.0]))
    array([4., 6.])
    >>> csr_matmul(A, np.array([1.0, 2.0]), b=np.array([5.0, 5.0]), scale=-1)
    array([ 1., -1.])
    """
    if out is None:
        out = np.empty((A.rows, *x.shape[1:]), A.values.dtype)
    if not fits(x):
        out[...] = csr_matmul(A, padded(x), b=b if b is None else padded(b), scale=scale)[:, : x.shape[1]]
        return out
    kernel = product if x.ndim == 1 else products
    added = out if b is None else b
    run_slabs(kernel, slabs(A.rows, A.entries), *A, x, added, b is not None, out.dtype.type(scale), out)
    return out
