"""Launches of pairs within rows on a device."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program

__all__ = ["PROGRAM", "row_pairs"]

PROGRAM = Program(__package__, "rows", types=("INDEX",))


def row_pairs(
    indptr: NDArray[np.integer], kept: NDArray[np.bool_], itself: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """See the package function; memory of the device that does not suffice is CuPy's error."""
    nodes, edges, types = np.int64(len(indptr) - 1), np.int64(len(kept)), (indptr.dtype,)
    before = _before(kept)
    lengths = np.empty_like(before, shape=(len(kept),))
    PROGRAM.launch("lengths", len(kept), types, nodes, edges, indptr, kept, itself, before, lengths)
    starts = _before(lengths)
    count = int(starts[-1])
    indices = np.empty_like(before, shape=(count,), dtype=np.int32)
    order = np.flatnonzero(kept)
    PROGRAM.launch("pairs", count, types, nodes, edges, np.int64(count), indptr, itself, before, order, starts, indices)
    return starts, indices


def _before(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Sums of what is before each place, and of all."""
    sums = np.zeros_like(counts, shape=(len(counts) + 1,), dtype=np.int64)
    sums[1:] = np.cumsum(counts)
    return sums
