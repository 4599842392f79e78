"""Ritz pairs of symmetric operators by the Lanczos iteration with full re-orthogonalisation."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._memory import require_memory

__all__ = ["RitzPairs", "ritz_pairs"]

Array = NDArray[np.float64]

# Values below this part of the largest one belong to the null space: A is singular, and rounding finds it.
NULL = 1e-9
# A remainder below this part of ||A|| is rounding: the Krylov space is exhausted.
EXHAUSTED = 1e-10


class RitzPairs(NamedTuple):
    """Approximate eigenpairs.

    values : (m,) ascending
    vectors : (m, N) orthonormal rows
    errors : (m,) ||A v - theta v||; within this distance of a value lies an eigenvalue
    """

    values: Array
    vectors: Array
    errors: Array


def ritz_pairs(A: Any, count: int, seed: int = 0) -> RitzPairs:
    """Eigenpairs of A restricted to the Krylov space of a random vector in the range of A.

    Parameters
    ----------
    A : StencilOperator or anything with `shape` and `matvec`, shape (N, N)
        Symmetric.
    count : int
        Dimension m of the space; ``m N`` float64 numbers are held twice. It is smaller where the space is exhausted
        before: it has one dimension for each distinct eigenvalue, however many vectors belong to it.
    seed : int
        Of the start A g, g normal noise.

    Returns
    -------
    RitzPairs
        Those of eigenvalue 0 left out.

    Raises
    ------
    InputError
        If `count` is not positive, or A is 0.
    MemoryLimitError
        If the vectors would not fit.

    Notes
    -----
    Each vector is made orthogonal to all before it by two passes of classical Gram-Schmidt, after which orthogonality
    holds to rounding, whatever has converged. Extreme pairs converge first, low ones to eigenvectors that vary slowly.
    With A V = V T + beta v e_m and T y = theta y the error of V y is beta |y_m|, known without a product.

    References
    ----------
    C. Lanczos, "An Iteration Method for the Solution of the Eigenvalue Problem of Linear Differential and Integral
    Operators", J. Res. Nat. Bur. Standards 45, 1950.
    L. Giraud, J. Langou, M. Rozloznik and J. van den Eshof, "Rounding error analysis of the classical Gram-Schmidt
    orthogonalization process", Numer. Math. 101, 2005 (twice is enough).

    Examples
    --------
    >>> from scipy.sparse import diags_array
    >>> pairs = ritz_pairs(diags_array(np.arange(5.0)).tocsr(), 10)
    >>> pairs.values.round(12)
    array([1., 2., 3., 4.])
    """
    n = A.shape[0]
    if count < 1:
        raise InputError(f"count is {count}; expected a whole number >= 1")
    require_memory(2 * 8 * min(count, n) * n, f"{count} Ritz vectors of {n} unknowns")
    from scipy.linalg import eigh_tridiagonal
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):  # sums of several threads would depend on their number
        V, alphas, betas = _lanczos(A, min(count, n), seed)
        values, Y = eigh_tridiagonal(alphas, betas[:-1])
        kept = values > NULL * values[-1]
        return RitzPairs(values[kept], Y[:, kept].T @ V, betas[-1] * np.abs(Y[-1, kept]))


def _lanczos(A: Any, m: int, seed: int) -> tuple[Array, Array, Array]:
    """Basis V (rows), diagonal and off-diagonal of T; the last off-diagonal leads out of the space."""
    v = _product(A, np.random.default_rng(seed).standard_normal(A.shape[0]))
    if not v.any():
        raise InputError("the operator is 0; expected one with at least one connection")
    V, alphas, betas = np.empty((m, v.size)), np.empty(m), np.empty(m)
    v /= np.linalg.norm(v)
    largest = 0.0
    for j in range(m):
        V[j] = v
        w = _product(A, v)
        alphas[j] = w @ v
        for _ in range(2):
            w -= V[: j + 1].T @ (V[: j + 1] @ w)
        betas[j] = np.linalg.norm(w)
        largest = max(largest, abs(alphas[j]) + betas[j])
        if betas[j] <= EXHAUSTED * largest:
            return V[: j + 1], alphas[: j + 1], betas[: j + 1]
        v = w / betas[j]
    return V, alphas, betas


def _product(A: Any, v: Array) -> Array:
    return np.asarray(A @ v if not hasattr(A, "matvec") else A.matvec(v), np.float64).ravel()
