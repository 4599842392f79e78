"""Launches of the projection on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "means", "subtract_means"]

PROGRAM = Program(__package__)

Indices = NDArray[np.int64]
# Entries that one thread adds up.
PIECE = 64


def means(v: Array, cells: Indices | None, starts: Indices | None) -> NDArray[np.float64]:
    """See the package function; on the device too."""
    if cells is None or starts is None:
        mean: NDArray[np.float64] = v.reshape(-1).mean(dtype=np.float64, keepdims=True)
        return mean
    begins = _with_end(starts, len(cells))
    lengths = np.diff(begins)
    return _sums(v, cells, begins, lengths) / lengths


def subtract_means(v: Array, cells: Indices | None, starts: Indices | None) -> Array:
    """See the package function."""
    found = means(v, cells, starts)
    if cells is None or starts is None:
        v -= found.astype(v.dtype)
    else:
        begins = _with_end(starts, len(cells))
        PROGRAM.launch("subtract", cells.size, (v.dtype,), np.int64(cells.size), len(starts), begins, cells, found, v)
    return v


def _sums(v: Array, cells: Indices, begins: Indices, lengths: Indices) -> NDArray[np.float64]:
    # Sums of pieces, then sums of these, until there is one piece a set: sets of any size keep all threads busy,
    # and additions come in the same order every time.
    pieces = -(-lengths // PIECE)
    count, sets = int(pieces.sum()), len(lengths)
    first = _with_end(np.cumsum(pieces) - pieces, count)
    sums = np.empty_like(v, shape=count, dtype=np.float64)
    PROGRAM.launch("piece_sums", count, (v.dtype,), np.int64(count), sets, first, begins, cells, v, sums)
    if count == sets:
        return sums
    return _sums(sums, np.arange(len(sums), like=sums), first, pieces)


def _with_end(starts: Indices, end: int) -> Indices:
    begins = np.empty_like(starts, shape=len(starts) + 1)
    begins[:-1], begins[-1] = starts, end
    return begins
