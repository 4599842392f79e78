"""Plain-array form of a sparse matrix in compressed rows, and the layout of several vectors at once.

Vectors are (n,); k of them are the columns of a C-contiguous array (n, k), so that one entry of the matrix
meets k neighbouring numbers: loops over columns are what vectorises, and the indirect access is paid once.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._stencil import Array

__all__ = ["CSR", "Index", "Split", "csr_of", "split"]

Index: TypeAlias = NDArray[np.int32] | NDArray[np.int64]


class CSR(NamedTuple):
    """A matrix of m rows.

    starts : (m + 1,) int32 or int64, row i holds the entries starts[i] up to starts[i + 1]
    columns : (nnz,) int32 or int64
    values : (nnz,) float32 or float64
    """

    starts: Index
    columns: Index
    values: Array

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    @property
    def entries(self) -> int:
        """Number of stored entries."""
        return len(self.columns)


class Split(NamedTuple):
    """A square matrix for sweeps: what is below its diagonal, what is above, and 1 / diagonal.

    A sweep from zero needs the lower part only, its residual the upper part only; kept apart, each is read alone.
    """

    lower: CSR
    upper: CSR
    inverse: Array


def csr_of(matrix: Any, dtype: DTypeLike | None = None) -> CSR:
    """The arrays of a SciPy matrix in CSR format, without copies unless the dtype changes.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> csr_of(csr_array(np.eye(2))).columns.tolist()
    [0, 1]
    """
    values = matrix.data if dtype is None else matrix.data.astype(dtype, copy=False)
    return CSR(matrix.indptr, matrix.indices, values)


def split(A: CSR) -> Split:
    """The parts of A, whose columns may come in any order; an entry of `inverse` is 0 where the diagonal is.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> parts = split(csr_of(csr_array([[2.0, 1.0], [0.0, 4.0]])))
    >>> parts.upper.values.tolist(), parts.inverse.tolist()
    ([1.0], [0.5, 0.25])
    """
    rows: NDArray[Any] = np.repeat(np.arange(A.rows, dtype=A.columns.dtype), np.diff(A.starts))
    diagonal = np.zeros(A.rows, A.values.dtype)
    there = rows == A.columns
    diagonal[rows[there]] = A.values[there]
    inverse = np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal != 0)
    return Split(_part(A, rows, A.columns < rows), _part(A, rows, A.columns > rows), inverse)


def _part(A: CSR, rows: NDArray[Any], kept: NDArray[np.bool_]) -> CSR:
    starts = np.zeros(A.rows + 1, A.starts.dtype)
    np.cumsum(np.bincount(rows[kept], minlength=A.rows), out=starts[1:])
    return CSR(starts, A.columns[kept], A.values[kept])
