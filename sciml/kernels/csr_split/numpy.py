"""Reference of the cut at the diagonal."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._csr import CSR, Index, Split
from sciml.kernels._stencil import Array

__all__ = ["csr_split"]


def csr_split(A: CSR, order: Index, dtype: DTypeLike) -> Split[CSR]:
    """Parts of the renumbered matrix."""
    counts = np.diff(A.starts)[order]
    rows = np.repeat(np.arange(A.rows), counts)
    entries = np.concatenate([np.arange(A.starts[i], A.starts[i + 1]) for i in order])
    columns, values = np.argsort(order)[A.columns[entries]], A.values[entries].astype(dtype)
    diagonal = np.zeros(A.rows, dtype)
    diagonal[rows[rows == columns]] = values[rows == columns]
    inverse = np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal != 0)
    lower, upper = (_part(rows, columns, values, kept, A) for kept in (columns < rows, columns > rows))
    return Split(lower, upper, inverse)


def _part(rows: Any, columns: Any, values: Array, kept: NDArray[np.bool_], A: CSR) -> CSR:
    starts = np.zeros_like(A.starts)
    np.cumsum(np.bincount(rows[kept], minlength=A.rows), out=starts[1:])
    inside: Any = columns[kept].astype(A.columns.dtype)
    return CSR(starts, inside, values[kept])
