"""Reference of the incomplete Cholesky factorisation, on dense matrices."""

from typing import Any

import numpy as np

from sciml.kernels._stencil import Array

__all__ = ["ic0"]


def ic0(lower: Any, r: Array) -> tuple[Array, Array]:
    """Values of the factor L on the pattern of `lower` (row by row) and (L L')^-1 r."""
    A = lower.toarray()
    pattern = A != 0
    L = np.zeros_like(A)
    for i in range(len(A)):
        for j in np.flatnonzero(pattern[i, :i]):
            L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        pivot = A[i, i] - L[i, :i] @ L[i, :i]
        L[i, i] = np.sqrt(pivot if pivot > 1e-12 * A[i, i] else A[i, i])
    return L[pattern], np.linalg.solve(L.T, np.linalg.solve(L, r))
