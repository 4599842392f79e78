"""Smoothed aggregation from the parts of PyAMG, with our own estimate of spectral radii."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["aggregated", "spectral_radius"]

# Products with A by which a spectral radius is estimated: within 10 %, which interpolation does not feel.
STEPS = 6
# The Jacobi step that smooths interpolation is this over the spectral radius of D^-1 A.
OMEGA = 4 / 3
# Symmetric Gauss-Seidel sweeps on A B = 0, by which near-null-space vectors learn of boundaries.
SWEEPS = 4


def aggregated(
    A: Any, B: NDArray[np.float64] | None, theta: float, max_coarse: int, max_levels: int, seed: int
) -> list[tuple[Any, Any]]:
    """(A, P) of every level, finest first, P of the last one None.

    PyAMG's own loop spends half its time on spectral radii, to more digits than anybody needs.

    Parameters
    ----------
    A : csr_array or bsr_array, shape (n, n)
        Nodes of a block matrix are aggregated as a whole.
    B : ndarray, shape (n, m), optional
        Near-null-space vectors; by default constants, one for each unknown of a node.
    theta : float
        Strength of couplings on the finest level, halved on every one below.
    max_coarse : int
        Nodes of the coarsest level at most.
    max_levels : int
    seed : int
        Of the vectors that radii are estimated from.
    """
    from pyamg.aggregation import fit_candidates, standard_aggregation
    from pyamg.strength import symmetric_strength_of_connection

    rng = np.random.default_rng(seed)
    levels: list[tuple[Any, Any]] = []
    candidates = relaxed(A, np.tile(np.eye(_block(A)), (A.shape[0] // _block(A), 1)) if B is None else B)
    while A.shape[0] // _block(A) > max_coarse and len(levels) < max_levels - 1:
        # stencils grow on coarse levels, and a fixed theta would call most of their couplings weak
        strong = symmetric_strength_of_connection(A, theta * 0.5 ** len(levels))
        tentative, candidates = fit_candidates(standard_aggregation(strong)[0], candidates)
        P = smoothed(A, tentative.tocsr() if A.format == "csr" else tentative, rng)
        levels.append((A, P))
        A = P.T.asformat(P.format) @ (A @ P)
    return [*levels, (A, None)]


def smoothed(A: Any, tentative: Any, rng: np.random.Generator) -> Any:
    """Interpolation after one damped Jacobi step, which lowers its energy."""
    from pyamg.util.utils import scale_rows

    diagonal = A.diagonal()
    # vectors that depend on each other within an aggregate leave empty rows on the level below
    weights = np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal != 0)
    step = scale_rows(A @ tentative, OMEGA / spectral_radius(A, weights, rng) * weights, copy=False)
    return tentative - step


def relaxed(A: Any, B: NDArray[np.float64]) -> NDArray[np.float64]:
    """Near-null-space vectors after sweeps on A B = 0."""
    from pyamg.relaxation.relaxation import block_gauss_seidel, gauss_seidel

    x = np.array(B.T, dtype=np.float64, order="C")
    zero = np.zeros(A.shape[0])
    for vector in x:
        if A.format == "csr":
            gauss_seidel(A, vector, zero, iterations=SWEEPS, sweep="symmetric")
        else:
            block_gauss_seidel(A, vector, zero, iterations=SWEEPS, sweep="symmetric", blocksize=_block(A))
    return np.ascontiguousarray(x.T)


def spectral_radius(A: Any, inverse: NDArray[np.float64], rng: np.random.Generator, steps: int = STEPS) -> float:
    """Largest eigenvalue of D^-1 A from a few Lanczos steps, a lower bound of it.

    Parameters
    ----------
    A : csr_array or bsr_array, shape (n, n)
        Symmetric.
    inverse : ndarray, shape (n,)
        1 / a_ii > 0, or 0 for an empty row.
    rng : Generator
        Of the first vector.
    steps : int
        Products with A.

    References
    ----------
    C. Lanczos, "An Iteration Method for the Solution of the Eigenvalue Problem of Linear Differential and Integral
    Operators", 1950.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> A = csr_array([[2.0, -1.0], [-1.0, 2.0]])
    >>> round(spectral_radius(A, np.full(2, 0.5), np.random.default_rng(0)), 12)
    1.5
    """
    scale = np.sqrt(inverse)
    v = rng.standard_normal(len(inverse))
    v /= np.sqrt(v @ v)
    before, beta = np.zeros_like(v), 0.0
    diagonal, beside = [], []
    for _ in range(min(steps, len(v))):
        w = scale * (A @ (scale * v)) - beta * before
        diagonal.append(float(w @ v))
        w -= diagonal[-1] * v
        beta = float(np.sqrt(w @ w))
        beside.append(beta)
        if beta <= 1e-10 * abs(diagonal[-1]):
            break
        before, v = v, w / beta
    T = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    return float(np.linalg.eigvalsh(T)[-1])


def _block(A: Any) -> int:
    """Unknowns of a node."""
    return int(A.blocksize[0]) if A.format == "bsr" else 1
