"""Gauss-Seidel sweeps over slices of rows that are not coupled, for one right-hand side."""

import numpy as np

from sciml.kernels import _pool
from sciml.kernels._csr import Index, Split
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._sliced import Sliced
from sciml.kernels._stencil import Array
from sciml.kernels.sliced_gauss_seidel.numba import backward as upward
from sciml.kernels.sliced_gauss_seidel.numba import forward
from sciml.kernels.sliced_matmul import sliced_matmul

__all__ = ["Chunks", "sliced_gauss_seidel"]

# For each group of rows the places where it may be cut: its parts can be swept at the same time.
Chunks = list[Index]


def sliced_gauss_seidel(
    A: Split[Sliced], b: Array, x: Array, work: Array, *, backward: bool = False, zero: bool = False,
    chunks: Chunks | None = None,
) -> Array:
    """Solve slice after slice for its own unknowns, in place, as `csr_gauss_seidel` does row after row; returns `x`.

    A forward sweep solves (D + L) x = b - U x, a backward one (D + U) x = b - L x: a product, then a substitution.
    Together they read the matrix once and run along memory, which is faster than both halves of a row after each other.

    Parameters
    ----------
    A : Split, n rows
        Parts of the dtype of `x` with the same slices; rows of a slice are not coupled with each other, as those of
        a colour.
    b, x : ndarray of float32 or float64, shape (n,), C-contiguous
        Right-hand side and iterate (overwritten).
    work : ndarray like `x`
        Overwritten, unless the sweep is from zero.
    backward : bool
        From the last row to the first.
    zero : bool
        Start from x = 0 whatever `x` holds, which leaves the product out.
    chunks : list of ndarray of int, optional
        Groups of rows, one after the other, and where each may be cut into parts that are not coupled, none of
        them inside a slice. Threads then share a sweep; the result is that of one thread, which needs none.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> from sciml.kernels.csr_slice import csr_slice
    >>> from sciml.kernels.csr_split import csr_split
    >>> lower, upper, inverse = csr_split(csr_of(csr_array([[2.0, -1.0], [-1.0, 2.0]])))
    >>> colours = np.array([0, 1, 2])
    >>> A = Split(csr_slice(lower, colours), csr_slice(upper, colours), inverse)
    >>> sliced_gauss_seidel(A, np.array([2.0, 0.0]), np.zeros(2), np.empty(2))
    array([1. , 0.5])
    """
    kernel, solved, rest = (upward, A.upper, A.lower) if backward else (forward, A.lower, A.upper)
    if not zero:
        b = sliced_matmul(rest, x, work, b=b, scale=-1.0)
    groups = _groups(solved, chunks)
    for parts in reversed(groups) if backward else groups:
        run_tasks(kernel, [(*part, *solved, A.inverse, b, x) for part in parts])
    return x


def _groups(A: Sliced, chunks: Chunks | None) -> list[list[tuple[int, int]]]:
    """Slices of the parts of every group that may run at the same time; all at once where nothing is shared."""
    if chunks is None or _pool.get_threads() == 1 or A.entries < _pool.SERIAL_BELOW:
        return [[(0, A.slices)]]
    groups = []
    for rows in chunks:
        places = np.searchsorted(A.firsts, rows).tolist()
        share = A.entries * int(rows[-1] - rows[0]) // A.rows
        groups.append([(places[lo], places[hi]) for lo, hi in slabs(len(places) - 1, share)])
    return groups
