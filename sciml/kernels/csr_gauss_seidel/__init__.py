"""Gauss-Seidel sweeps over compressed rows, for one right-hand side or many."""

from typing import Any

from sciml.kernels import _pool
from sciml.kernels._csr import CSR, Index
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel.numba import first, first_columns, rest, rest_columns, sweep, sweep_columns

__all__ = ["csr_gauss_seidel", "swept_residual"]


def csr_gauss_seidel(
    A: CSR, inverse: Array, b: Array, x: Array, *, backward: bool = False, zero: bool = False,
    colours: Index | None = None,
) -> Array:
    """Solve row after row for its own unknown, in place; returns `x`.

    A backward sweep is the adjoint of a forward one for symmetric A, so a cycle with one before and the
    other after its coarse correction is symmetric.

    Parameters
    ----------
    A : CSR, n rows
        Columns of a row rising; values of the dtype of `x`.
    inverse : ndarray, shape (n,)
        1 / a_ii; 0 leaves x_i as it is (0 with `zero`).
    b, x : ndarray of float32 or float64, shape (n,) or (n, k), C-contiguous
        Right-hand side and iterate (overwritten); k of them as columns.
    backward : bool
        From the last row to the first.
    zero : bool
        Start from x = 0 whatever `x` holds. A forward sweep then reads only what lies below the diagonal.
    colours : ndarray of int, optional
        Where the rows of each colour begin, and n: rows of a colour must not be coupled (`csr_colour`), so
        threads share them, and the result is that of one thread, which needs no colours.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> A = csr_of(csr_array([[2.0, -1.0], [-1.0, 2.0]]))
    >>> csr_gauss_seidel(A, np.full(2, 0.5), np.array([2.0, 0.0]), np.zeros(2))
    array([1. , 0.5])
    """
    if zero and backward:
        x[...] = 0
    kernel: Any = sweep if x.ndim == 1 else sweep_columns
    options: tuple[bool, ...] = (backward,)
    if zero and not backward:
        kernel, options = (first if x.ndim == 1 else first_columns), ()
    groups = _groups(A, colours)
    for parts in reversed(groups) if backward else groups:
        run_slabs(kernel, parts, *A, inverse, b, x, *options)
    return x


def swept_residual(A: CSR, x: Array, r: Array) -> Array:
    """Write b - A x for an x that one forward sweep from zero has just made of b; returns `r`.

    That sweep has left (D + L) x = b, so the residual is -U x: it needs neither b nor more than what
    lies above the diagonal.

    Parameters
    ----------
    A : CSR, n rows
        Columns of a row rising.
    x, r : ndarray, shape (n,) or (n, k), C-contiguous

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> swept_residual(csr_of(csr_array([[2.0, -1.0], [-1.0, 2.0]])), np.array([1.0, 0.5]), np.empty(2))
    array([0.5, 0. ])
    """
    run_slabs(rest if x.ndim == 1 else rest_columns, slabs(A.rows, A.entries), *A, x, r)
    return r


def _groups(A: CSR, colours: Index | None) -> list[list[tuple[int, int]]]:
    """Parts of every colour that may run at the same time; all rows at once where nothing is shared."""
    if colours is None or _pool.get_threads() == 1 or A.entries < _pool.SERIAL_BELOW:
        return [[(0, A.rows)]]
    groups = []
    for begin, end in zip(colours[:-1].tolist(), colours[1:].tolist(), strict=True):
        entries = int(A.starts[end] - A.starts[begin])
        groups.append([(begin + lo, begin + hi) for lo, hi in slabs(end - begin, entries)])
    return groups
