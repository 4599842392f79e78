"""A matrix in another numbering, cut at its diagonal: the form that sweeps read."""

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._csr import CSR, Index, Split
from sciml.kernels.csr_split.numba import cut

__all__ = ["csr_split"]


def csr_split(A: CSR, order: Index | None = None, dtype: DTypeLike | None = None) -> Split[CSR]:
    """What of A is below the diagonal, what is above, and 1 / diagonal; entries of a row stay in their order.

    One pass over A renumbers, cuts and rounds.

    Parameters
    ----------
    A : CSR, n rows and columns
        Columns in any order.
    order : ndarray of int, shape (n,), optional
        Row that comes first, second, ...; default as they are.
    dtype : dtype, optional
        Of the parts; default that of A.

    Returns
    -------
    Split
        An entry of `inverse` is 0 where the diagonal is.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> parts = csr_split(csr_of(csr_array([[2.0, 1.0], [0.0, 4.0]])))
    >>> parts.upper.values.tolist(), parts.inverse.tolist()
    ([1.0], [0.5, 0.25])
    """
    index = A.columns.dtype
    rows = np.arange(A.rows, dtype=index) if order is None else order.astype(index, copy=False)
    place = np.empty_like(rows)
    place[rows] = np.arange(A.rows, dtype=index)
    # one place more than entries: what is cut off is written and overwritten, which is faster than to decide
    starts, columns = np.zeros((2, A.rows + 1), A.starts.dtype), np.empty((2, A.entries + 1), index)
    values = np.empty((2, A.entries + 1), A.values.dtype if dtype is None else dtype)
    diagonal = np.zeros(A.rows, values.dtype)
    cut(*A, rows, place, starts[0], starts[1], columns[0], columns[1], values[0], values[1], diagonal)
    inverse = np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal != 0)
    lower, upper = (
        CSR(starts[k], columns[k, : starts[k, -1]].copy(), values[k, : starts[k, -1]].copy()) for k in range(2)
    )
    return Split(lower, upper, inverse)
