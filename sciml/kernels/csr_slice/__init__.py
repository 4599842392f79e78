"""A matrix in compressed rows stored in slices of rows."""

import numpy as np

from sciml.kernels._csr import CSR, Index
from sciml.kernels._lanes import LANES
from sciml.kernels._sliced import Sliced
from sciml.kernels.csr_slice.numba import fill

__all__ = ["csr_slice"]


def csr_slice(A: CSR, ends: Index | None = None) -> Sliced:
    """The same matrix in slices, which do not reach across the given places; little is filled up if rows of a
    length follow each other.

    Parameters
    ----------
    A : CSR, m rows
        At least one column where there are entries.
    ends : ndarray of int, optional
        Rising from 0 to m, such as where the rows of a colour begin and end; default only these two.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> A = csr_slice(csr_of(csr_array([[2.0, 1.0], [0.0, 3.0]])))
    >>> A.values.reshape(-1, LANES)[:, :2].tolist()
    [[2.0, 3.0], [1.0, 0.0]]
    """
    ends = np.array([0, A.rows]) if ends is None else ends
    counts = -(-np.diff(ends) // LANES)
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    firsts = np.append(np.repeat(ends[:-1], counts) + LANES * inside, A.rows)
    lengths = np.maximum.reduceat(np.diff(A.starts), firsts[:-1]) if A.rows else np.zeros(0, np.int64)
    starts = np.append(0, LANES * np.cumsum(lengths, dtype=np.int64))
    size = int(starts[-1])
    sliced = Sliced(firsts, starts, np.zeros(size, A.columns.dtype), np.zeros(size, A.values.dtype))
    fill(*A, *sliced)
    return sliced
