"""Reference: one dense solve a column."""

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["tridiagonal_solve"]


def tridiagonal_solve(diagonal: Array, faces: Array, mass: Array, shifts: Array, pin: float, v: Array) -> Array:
    """See the package function."""
    before, after = shifts.shape
    K = np.diag(diagonal) - np.diag(faces[:-1], 1) - np.diag(faces[:-1], -1)
    for row, k in np.ndindex(len(v), after):
        A = K + shifts[row % before, k] * np.diag(mass)
        A[0, 0] += pin * (shifts[row % before, k] == 0)
        v[row, :, k] = np.linalg.solve(A, v[row, :, k])
    return v
