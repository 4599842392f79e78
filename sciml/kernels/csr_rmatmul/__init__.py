"""Product with the transpose of a sparse matrix, which is not built."""

from itertools import pairwise

from sciml.kernels import _pool
from sciml.kernels._csr import CSR
from sciml.kernels._device import dispatched
from sciml.kernels._stencil import Array
from sciml.kernels.csr_rmatmul.numba import scattered

__all__ = ["csr_rmatmul"]

# Rows are cut into so many pieces whatever the number of threads: the sums of a piece are added in one order.
PIECES = 8


@dispatched
def csr_rmatmul(A: CSR, x: Array, out: Array) -> Array:
    """``out = A^T x``, bitwise the same for any number of threads; returns `out`.

    Parameters
    ----------
    A : CSR, m rows and n columns
        Indices int32 or int64, values of the dtype of `x`.
    x : ndarray of float32 or float64, shape (m,) or (m, k), C-contiguous
        One vector, or k of them as columns.
    out : ndarray like `x`, shape (n,) or (n, k)
        Overwritten.

    Notes
    -----
    Every piece of the rows adds into a buffer over the range of columns it meets, which is short
    where the numbering is local. Where the transpose is used often, a CSR of its own is faster.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> csr_rmatmul(csr_of(csr_array([[2.0, 1.0], [0.0, 3.0]])), np.array([1.0, 2.0]), np.empty(2))
    array([2., 7.])
    """
    count = 1 if A.entries < _pool.SERIAL_BELOW else PIECES
    bounds = [A.rows * k // count for k in range(count + 1)]
    columns = x.reshape(A.rows, -1)
    tasks = [(lo, hi, *A, columns) for lo, hi in pairwise(bounds)]
    out[...] = 0
    total = out.reshape(len(out), -1)
    for first, sums in _pool.run_tasks(scattered, tasks):
        total[first : first + len(sums)] += sums
    return out
