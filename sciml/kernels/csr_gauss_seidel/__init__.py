"""Gauss-Seidel sweeps over compressed rows, for one right-hand side or many."""

from typing import Any

from sciml.kernels._csr import CSR, Split
from sciml.kernels._lanes import LANES, fits, padded
from sciml.kernels._pool import run_tasks, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.csr_gauss_seidel.numba import first, first_columns, sweep, sweep_columns

__all__ = ["csr_gauss_seidel"]


def csr_gauss_seidel(
    A: Split[CSR], b: Array, x: Array, *, backward: bool = False, zero: bool = False
) -> Array:
    """Solve row after row for its own unknown, in place; returns `x`. Threads share the columns.

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
        whole = csr_gauss_seidel(A, padded(b), padded(x), backward=backward, zero=zero)
        x[...] = whole[:, : x.shape[1]]
        return x
    args: tuple[Any, ...] = (*A.lower, *A.upper, A.inverse, b, x)
    forward_from_zero = zero and not backward
    if forward_from_zero:
        args = (*A.lower, A.inverse, b, x)
    elif zero:
        x[...] = 0
    direction = () if forward_from_zero else (backward,)
    if x.ndim == 1:
        run_tasks(first if forward_from_zero else sweep, [(0, len(x), *args, *direction)])
        return x
    kernel = first_columns if forward_from_zero else sweep_columns
    parts = slabs(x.shape[1] // LANES, x.size)
    run_tasks(kernel, [(0, len(x), *args, *direction, LANES * left, LANES * right) for left, right in parts])
    return x
