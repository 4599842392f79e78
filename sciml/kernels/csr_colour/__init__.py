"""Greedy colouring of the rows of a sparse pattern: rows of one colour are not coupled."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import Index
from sciml.kernels.csr_colour.numba import colour

__all__ = ["csr_colour"]


def csr_colour(starts: Index, columns: Index) -> NDArray[np.int32]:
    """The smallest colour free among its neighbours for every row, one after the other.

    Parameters
    ----------
    starts, columns : ndarray of int32 or int64, shape (n + 1,) and (nnz,)
        Pattern in compressed rows, symmetric; the diagonal does not matter.

    Returns
    -------
    ndarray of int32, shape (n,)
        Colours from 0, at most one more than the largest number of neighbours.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> line = csr_array([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
    >>> csr_colour(line.indptr, line.indices)
    array([0, 1, 0], dtype=int32)
    """
    n = len(starts) - 1
    colours = np.empty(n, np.int32)
    if n:
        colour(starts, columns, np.full(int(np.diff(starts).max()) + 2, -1), colours)
    return colours
