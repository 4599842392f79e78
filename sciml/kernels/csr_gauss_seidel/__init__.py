"""Gauss-Seidel sweeps over compressed rows, for one right-hand side or many."""

from typing import Any

from sciml.kernels import _pool
from sciml.kernels._csr import Index, Split
from sciml.kernels._lanes import LANES, fits, padded
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel.numba import first, first_columns, sweep, sweep_columns

__all__ = ["Chunks", "csr_gauss_seidel"]

# For each group of rows the places where it may be cut: its parts can be swept at the same time.
Chunks = list[Index]


def csr_gauss_seidel(
    A: Split, b: Array, x: Array, *, backward: bool = False, zero: bool = False, chunks: Chunks | None = None
) -> Array:
    """Solve row after row for its own unknown, in place; returns `x`.

    A backward sweep is the adjoint of a forward one for symmetric A, so a cycle with one before and the
    other after its coarse correction is symmetric. A forward sweep from zero leaves (D + L) x = b, so that its
    residual is -U x: ``csr_matmul(A.upper, x, r, scale=-1)``.

    Parameters
    ----------
    A : Split, n rows
        Parts of the matrix, from `csr_split`, of the dtype of `x`; rows without diagonal set x to 0.
    b, x : ndarray of float32 or float64, shape (n,) or (n, k), C-contiguous
        Right-hand side and iterate (overwritten); k of them as columns.
    backward : bool
        From the last row to the first.
    zero : bool
        Start from x = 0 whatever `x` holds; a forward sweep then reads the lower part only.
    chunks : list of ndarray of int, optional
        Groups of rows, one after the other, and where each may be cut into parts that are not coupled. Threads
        then share a sweep; the result is that of one thread, which needs none. Without chunks
        threads share the columns.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> from sciml.kernels.csr_split import csr_split
    >>> A = csr_split(csr_of(csr_array([[2.0, -1.0], [-1.0, 2.0]])))
    >>> csr_gauss_seidel(A, np.array([2.0, 0.0]), np.zeros(2))
    array([1. , 0.5])
    """
    if not fits(x):
        whole = csr_gauss_seidel(A, padded(b), padded(x), backward=backward, zero=zero, chunks=chunks)
        x[...] = whole[:, : x.shape[1]]
        return x
    args: tuple[Any, ...] = (*A.lower, *A.upper, A.inverse, b, x)
    forward_from_zero = zero and not backward
    if forward_from_zero:
        args = (*A.lower, A.inverse, b, x)
    elif zero:
        x[...] = 0
    if x.ndim == 1:
        kernel: Any = first if forward_from_zero else sweep
        shares: list[tuple[int, ...]] = [()]
    else:
        kernel = first_columns if forward_from_zero else sweep_columns
        width = x.shape[1]
        parts_of_columns = slabs(width // LANES, x.size)
        shares = [(LANES * lo, LANES * hi) for lo, hi in parts_of_columns] if chunks is None else [(0, width)]
    direction = () if forward_from_zero else (backward,)
    groups = _groups(A, chunks)
    for parts in reversed(groups) if backward else groups:
        run_tasks(kernel, [(*part, *args, *direction, *share) for part in parts for share in shares])
    return x


def _groups(A: Split, chunks: Chunks | None) -> list[list[tuple[int, int]]]:
    """Parts of every group that may run at the same time; all rows at once where nothing is shared."""
    entries = A.lower.entries + A.upper.entries
    if chunks is None or _pool.get_threads() == 1 or entries < _pool.SERIAL_BELOW:
        return [[(0, A.lower.rows)]]
    groups = []
    for places in chunks:
        share = entries * int(places[-1] - places[0]) // A.lower.rows
        groups.append([(int(places[lo]), int(places[hi])) for lo, hi in slabs(len(places) - 1, share)])
    return groups
