"""Vector work of conjugate gradients for many right-hand sides, each with its own step lengths."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import CSR
from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.cg_columns.numba import ROWS, dot_blocks, product_blocks, renew_range, residual_blocks

__all__ = ["columns_dots", "columns_product", "columns_renew", "columns_residual"]

Coefficients: TypeAlias = NDArray[np.float64]


@dispatched
def columns_renew(alpha: Array, beta: Array, z: Array, p: Array, x: Array) -> None:
    """``x += alpha p; p = z + beta p`` column by column, in place.

    Parameters
    ----------
    alpha, beta : ndarray of float64, shape (k,)
        Step lengths of the previous iteration and weights of the old directions.
    z : ndarray of float32 or float64, shape (n, k), C-contiguous
        Preconditioned residuals.
    p : ndarray of float32 or float64, shape (n, k), C-contiguous
        Directions, overwritten; may be `z` itself.
    x : ndarray of float64, shape (n, k), C-contiguous
        Iterates, overwritten.

    Examples
    --------
    >>> z, p, x = np.ones((2, 1)), np.full((2, 1), 2.0), np.zeros((2, 1))
    >>> columns_renew(np.array([0.5]), np.array([3.0]), z, p, x)
    >>> p.tolist(), x.tolist()
    ([[7.0], [7.0]], [[1.0], [1.0]])
    """
    run_slabs(renew_range, slabs(len(p), p.size), alpha, beta, z, p, x)


@dispatched
def columns_product(A: CSR, p: Array, q: Array) -> Coefficients:
    """``q = A p`` and, in the same pass, ``p . A p`` of every column before it is rounded to the precision of `q`.

    Parameters
    ----------
    A : CSR, n rows and columns
        Of float64, in which rows are summed.
    p, q : ndarray of float32 or float64, shape (n, k), C-contiguous
        `q` is overwritten; k a multiple of `LANES`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from sciml.kernels._csr import csr_of
    >>> q = np.empty((2, 8))
    >>> columns_product(csr_of(csr_array([[2.0, 1.0], [0.0, 3.0]])), np.ones((2, 8)), q)[0].item(), q[:, 0].tolist()
    (6.0, [3.0, 3.0])
    """
    return _sums(product_blocks, *A, p, q)


@dispatched
def columns_residual(alpha: Array, q: Array, r: Array) -> Coefficients:
    """``r -= alpha q`` in place; return ``r . r`` of every column.

    Parameters
    ----------
    alpha : ndarray of float64, shape (k,)
    q, r : ndarray of float32 or float64, shape (n, k), C-contiguous

    Examples
    --------
    >>> columns_residual(np.ones(1), np.ones((3, 1)), np.full((3, 1), 2.0))
    array([3.])
    """
    return _sums(residual_blocks, alpha, q, r)


@dispatched
def columns_dots(z: Array, r: Array) -> Coefficients:
    """``z . r`` of every column, shape (k,); the same for any number of threads.

    Parameters
    ----------
    z, r : ndarray of float32 or float64, shape (n, k), C-contiguous
        Sums are in float64.

    Examples
    --------
    >>> columns_dots(np.ones((3, 1)), np.full((3, 1), 2.0)).tolist()
    [6.0]
    """
    return _sums(dot_blocks, z, r)


def _sums(kernel: Callable[..., Any], *args: Any) -> Coefficients:
    n, width = args[-1].shape
    partial = np.empty((-(-n // ROWS), width))
    run_slabs(kernel, slabs(len(partial), n * width), *args, partial)
    return np.asarray(partial.sum(axis=0))
