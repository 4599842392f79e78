"""What launches over compressed rows on a device have in common."""

from typing import Any

from sciml.kernels._csr import CSR, Index
from sciml.kernels._stencil import Array

__all__ = ["group_size", "one_index", "one_width", "width_of"]

MOST_LANES = 32


def width_of(x: Array) -> int:
    """Number of columns: k of (n, k), 1 of (n,)."""
    return int(x.shape[1]) if x.ndim == 2 else 1


def group_size(items: int) -> int:
    """How many neighbouring threads share a sum of about so many terms: a power of two, 1 to 32.

    Examples
    --------
    >>> [group_size(items) for items in (0, 1, 7, 1000)]
    [1, 1, 4, 32]
    """
    return min(MOST_LANES, 1 << max(items.bit_length() - 1, 0))


def one_width(starts: Index, columns: Index) -> tuple[Index, Index]:
    """Both as int32 or both as int64, which costs a copy where they differ: sources know one type of indices."""
    wide: Any = max(starts.dtype, columns.dtype, key=lambda dtype: dtype.itemsize)
    return starts.astype(wide, copy=False), columns.astype(wide, copy=False)


def one_index(A: CSR) -> CSR:
    """The matrix with one type of indices, see `one_width`."""
    return CSR(*one_width(A.starts, A.columns), A.values)
