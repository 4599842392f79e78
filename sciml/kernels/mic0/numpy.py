"""Reference of the modified incomplete Cholesky preconditioner, on dense matrices."""

import numpy as np

from sciml.kernels._stencil import Array, Stencil, stencil_shape
from sciml.kernels.stencil_apply.numpy import diagonal, faces

__all__ = ["mic0"]


def mic0(stencil: Stencil, tau: float, sigma: float, r: Array) -> tuple[Array, Array]:
    """Inverse pivots and M r from the definition M = ((E + L) E^-1 (E + L'))^-1, L the lower triangle of A."""
    A = dense_without_wrap(stencil)
    L = np.tril(A, -1)
    e, inverse = np.zeros(len(A)), np.zeros(len(A))
    for i in range(len(A)):
        dropped = np.triu(A, 1).sum(axis=1) - A[:, i]
        e[i] = A[i, i] - np.sum(L[i] * (L[i] + tau * dropped) * inverse)
        if e[i] < sigma * A[i, i]:
            e[i] = A[i, i]
        inverse[i] = 1.0 / e[i] if e[i] > 0 else 0.0
    on = e > 0
    factor = (np.diag(e) + L)[np.ix_(on, on)]
    z = np.zeros(len(A))
    z[on] = np.linalg.solve(factor.T, e[on] * np.linalg.solve(factor, r.ravel()[on]))
    return inverse.reshape(r.shape), z.reshape(r.shape)


def dense_without_wrap(stencil: Stencil) -> Array:
    """A as a dense array without the faces that wrap around."""
    shape = stencil_shape(stencil)
    index = np.arange(int(np.prod(shape))).reshape(shape)
    A = np.diag(np.array(diagonal(stencil), dtype=np.float64).ravel())
    for axis in range(3):
        here, there = np.delete(index, -1, axis).ravel(), np.delete(index, 0, axis).ravel()
        A[there, here] = A[here, there] = -np.delete(faces(stencil, axis), -1, axis).ravel()
    return A
