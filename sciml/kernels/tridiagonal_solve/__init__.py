"""Many symmetric tridiagonal systems that differ by a multiple of the mass only."""

from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array
from sciml.kernels.tridiagonal_solve.numba import TILE, solve_columns

__all__ = ["tridiagonal_solve"]


def tridiagonal_solve(diagonal: Array, faces: Array, mass: Array, shifts: Array, pin: float, v: Array) -> Array:
    """Solve (K + s M) x = v for every column of `v`, in place, and return `v`.

    Parameters
    ----------
    diagonal, faces, mass : ndarray, shape (n,)
        K has `diagonal` and off-diagonals ``-faces[i]`` between i and i + 1 (the last entry is
        not used); M has `mass`. K + s M must be positive definite, diagonally dominant ones are
        solved without loss.
    shifts : ndarray, shape (before, after)
        s of each column.
    pin : float
        Added to the first diagonal entry of the columns with s = 0; positive when K is singular
        with constants as null space: for a right-hand side of sum 0 it selects x[0] = 0.
    v : ndarray of float32 or float64, shape (batch * before, n, after), C-contiguous
        Right-hand sides; all arrays share its dtype.

    Notes
    -----
    Elimination without pivoting: w_i = 1 / (d_i + s m_i - c_{i-1}^2 w_{i-1}) and
    y_i = w_i (v_i + c_{i-1} y_{i-1}) going up, x_i = y_i + c_i w_i x_{i+1} coming down.

    Examples
    --------
    >>> import numpy as np
    >>> d, c, m = np.full(3, 2.0), np.ones(3), np.ones(3)
    >>> tridiagonal_solve(d, c, m, np.zeros((1, 1)), 0.0, np.array([1.0, 0.0, 1.0]).reshape(1, 3, 1)).ravel()
    array([1., 1., 1.])
    """
    tiles = -(-v.shape[2] // TILE)
    parts = slabs(v.shape[0] * tiles, v.size)
    run_slabs(solve_columns, parts, diagonal, faces, mass, shifts, v.dtype.type(pin), v)
    return v
