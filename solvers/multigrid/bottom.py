"""Exact solve on the coarsest box."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Stencil, stencil_shape
from sciml.kernels.stencil_apply.numpy import diagonal, faces

__all__ = ["dense_matrix", "pseudo_inverse"]


def dense_matrix(stencil: Stencil) -> NDArray[np.float64]:
    """The operator as a dense array (N, N), cells in natural order."""
    shape = stencil_shape(stencil)
    index = np.arange(int(np.prod(shape))).reshape(shape)
    A = np.diag(np.array(np.broadcast_to(diagonal(stencil), shape), dtype=np.float64).ravel())
    for axis in range(3):
        c = np.array(faces(stencil, axis), dtype=np.float64).ravel()
        here, there = index.ravel(), np.roll(index, -1, axis).ravel()
        np.add.at(A, (here, there), -c)
        np.add.at(A, (there, here), -c)
    return A


def pseudo_inverse(A: NDArray[np.float64], cutoff: float = 1e-9) -> NDArray[np.float64]:
    """Symmetric pseudo-inverse of a symmetric positive semi-definite matrix, whatever its null space.

    Scaling to unit diagonal first makes the cutoff independent of jumps in the coefficient; rows
    without diagonal (inactive cells) stay zero.

    Examples
    --------
    >>> pseudo_inverse(np.array([[2.0, -2.0], [-2.0, 2.0]]))
    array([[ 0.125, -0.125],
           [-0.125,  0.125]])
    """
    d = np.diag(A)
    scale = np.where(d > 0, 1 / np.sqrt(np.where(d > 0, d, 1)), 0)
    values, vectors = np.linalg.eigh(scale[:, None] * A * scale)
    keep = values > cutoff
    half = scale[:, None] * vectors[:, keep] / np.sqrt(values[keep])
    return np.asarray(half @ half.T)
