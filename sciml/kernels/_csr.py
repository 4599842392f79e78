"""Plain-array form of a sparse matrix in compressed rows, and the layout of several vectors at once.

Vectors are (n,); k of them are the columns of a C-contiguous array (n, k), so that one entry of the matrix
meets k neighbouring numbers: loops over columns are what vectorises, and the indirect access is paid once.
"""

from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._stencil import Array

__all__ = ["CSR", "Index", "Split", "csr_of"]

Index: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
Part = TypeVar("Part")


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


class Split(NamedTuple, Generic[Part]):
    """A square matrix for sweeps: what is below its diagonal, what is above, and 1 / diagonal.

    The parts are `CSR`, or `Sliced` where rows next to each other are not coupled.

    A sweep from zero needs the lower part only, its residual the upper part only; kept apart, each is read alone.
    """

    lower: Part
    upper: Part
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
