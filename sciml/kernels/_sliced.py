"""Plain-array form of a sparse matrix in slices of rows, which sum side by side in vector registers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import Index
from sciml.kernels._lanes import LANES
from sciml.kernels._stencil import Array

__all__ = ["AHEAD", "Sliced", "rows_of_entries"]

# Entries by which kernels fetch into cache before they need them.
AHEAD = 1024


class Sliced(NamedTuple):
    """A matrix whose rows are stored `LANES` at a time ("sliced ELLPACK").

    In a slice the first entries of its rows lie side by side, then the second ones, and so on. Shorter rows, and
    missing ones of a slice that has fewer, are filled up with zeros times an unknown that another of its rows reads.
    One row alone is summed entry after entry, and processors guess when it ends; those of a slice are summed at once.

    firsts : (slices + 1,) int64, slice s holds the rows firsts[s] up to firsts[s + 1]
    starts : (slices + 1,) int64, and the entries starts[s] up to starts[s + 1], a multiple of `LANES`
    columns : (entries,) int32 or int64
    values : (entries,) float32 or float64

    References
    ----------
    A. Monakov, A. Lokhmotov and A. Avetisyan, "Automatically Tuning Sparse Matrix-Vector Multiplication for GPU
    Architectures", HiPEAC 2010.
    """

    firsts: NDArray[np.int64]
    starts: NDArray[np.int64]
    columns: Index
    values: Array

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.firsts[-1])

    @property
    def slices(self) -> int:
        """Number of slices."""
        return len(self.starts) - 1

    @property
    def entries(self) -> int:
        """Number of stored entries, the zeros that fill slices up included."""
        return len(self.columns)


def rows_of_entries(A: Sliced) -> NDArray[np.int64]:
    """Row of every stored entry; those of missing rows of a slice are those of rows after it."""
    inside = np.arange(A.entries) - np.repeat(A.starts[:-1], np.diff(A.starts))
    rows: NDArray[np.int64] = np.repeat(A.firsts[:-1], np.diff(A.starts)) + inside % LANES
    return rows
