"""SOR sweeps for D x - W x = f, W in compressed rows."""

from itertools import pairwise

import numpy as np

from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_sor.numba import backward as backward_sweep
from sciml.kernels.csr_sor.numba import first, forward, independent

__all__ = ["Chunks", "csr_sor", "sweep_chunks"]

# For each group of rows the places where it may be cut: its parts can be swept at the same time.
Chunks = list[Indices]
PIECES = 64


def sweep_chunks(starts: Indices, columns: Indices, home: Indices) -> Chunks:
    """Where sweeps may be cut without changing their result.

    Nodes are numbered home after home, those of red homes before those of black ones. If edges join only
    nodes of one home or of different colours, the homes of a colour do not see each other; otherwise
    (and for small graphs) all rows are one piece.

    Parameters
    ----------
    starts, columns : ndarray of int32
        Pattern in compressed rows.
    home : ndarray of int32, shape (n,)
        Rising within each colour.
    """
    n = len(home)
    whole = [np.array([0, n], np.int32)]
    if len(slabs(n, n)) == 1:
        return whole
    falls = np.flatnonzero(np.diff(home) < 0) + 1
    bounds = [0, *falls.tolist(), n]
    groups = list(pairwise(bounds))
    if len(groups) > 2 or not all(independent(lo, hi, starts, columns, home) for lo, hi in groups):
        return whole
    return [_places(home, lo, hi) for lo, hi in groups]


def _places(home: Indices, lo: int, hi: int) -> Indices:
    # About equal pieces, each beginning with the first node of a home.
    even = lo + (hi - lo) * np.arange(PIECES + 1) // PIECES
    inner = np.searchsorted(home[lo:hi], home[even[1:-1]]) + lo
    return np.unique(np.concatenate([[lo], inner, [hi]])).astype(np.int32)


def csr_sor(
    starts: Indices, columns: Indices, weights: Array, inverse: Array, x: Array, f: Array, *,
    omega: float = 1.0, sweeps: int = 1, backward: bool = False, zero: bool = False, chunks: Chunks | None = None,
) -> Array:
    """Relax x_i = (f_i + sum_j w_ij x_j) / d_i row after row, in place; returns `x`.

    Backward sweeps are the adjoint of forward ones, so a cycle with one before and the other
    after its coarse correction is symmetric.

    Parameters
    ----------
    starts, columns, weights : ndarray
        Negative off-diagonal part W of the matrix in compressed rows (int32 indices).
    inverse : ndarray, shape (n,)
        1 / d, or 0 for empty rows, which stay 0 when `x` starts there.
    x, f : ndarray, shape (n,)
        Iterate (overwritten) and right-hand side, of the dtype of `weights`.
    omega : float
        Over-relaxation factor in (0, 2).
    sweeps : int
        Number of sweeps.
    backward : bool
        From the last row to the first.
    zero : bool
        Start from x = 0 whatever `x` holds; forward sweeps save work by it.
    chunks : list of ndarray of int32, optional
        From `sweep_chunks`: lets threads share a sweep; the result stays the same.

    Examples
    --------
    >>> import numpy as np
    >>> starts, columns = np.array([0, 1, 2], dtype=np.int32), np.array([1, 0], dtype=np.int32)
    >>> csr_sor(starts, columns, np.ones(2), np.full(2, 0.5), np.zeros(2), np.array([2.0, 0.0]))
    array([1. , 0.5])
    """
    args = starts, columns, weights, inverse, x, f, x.dtype.type(omega)
    if zero and (backward or sweeps == 0):
        x[:] = 0
    groups = _parts(chunks or [np.array([0, len(f)], np.int32)])
    for sweep in range(sweeps):
        kernel = backward_sweep if backward else first if zero and sweep == 0 else forward
        for parts in reversed(groups) if backward else groups:
            run_slabs(kernel, parts, *args)
    return x


def _parts(chunks: Chunks) -> list[list[tuple[int, int]]]:
    """One part of each group for every thread."""
    groups = []
    for places in chunks:
        rows = int(places[-1] - places[0])
        cuts = [(int(places[lo]), int(places[hi])) for lo, hi in slabs(len(places) - 1, rows)]
        groups.append(cuts)
    return groups
