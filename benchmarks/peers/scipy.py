"""SciPy: plain conjugate gradients, a sparse direct solve, and the bare transform pipeline."""

from typing import Any

import numpy as np

from sciml.bench import Answer, Contender, Problem

__all__ = ["conjugate_gradients", "direct", "incomplete", "transform"]


def _no_setup(problem: Problem) -> None:
    return None


def _cg(state: None, problem: Problem, rtol: float) -> Answer:
    from scipy.sparse.linalg import cg

    count = [0]

    def count_one(x: np.ndarray) -> None:
        count[0] += 1

    x, _ = cg(problem.definite, problem.rhs, rtol=rtol, maxiter=20_000, callback=count_one)
    return Answer(x, count[0])


def conjugate_gradients() -> Contender:
    """``scipy.sparse.linalg.cg`` without a preconditioner, on the CSR matrix."""
    return Contender("SciPy CG", _no_setup, _cg)


def _factor(problem: Problem) -> Any:
    from scipy.sparse.linalg import splu

    return splu(problem.definite.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})


def direct() -> Contender:
    """SuperLU in symmetric mode."""
    return Contender("SciPy SuperLU", _factor, lambda lu, problem, rtol: Answer(lu.solve(problem.rhs), 1))


def _eigenvalues(problem: Problem) -> np.ndarray:
    """Eigenvalues of the cell-centred Dirichlet Laplacian: sum over axes of (2 / h sin(pi (k + 1) / (2 n)))^2."""
    total = np.zeros(problem.shape)
    for axis, (n, length) in enumerate(zip(problem.shape, problem.system.domain.extent, strict=True)):
        wave = (2 * n / length * np.sin(np.pi * np.arange(1, n + 1) / (2 * n))) ** 2
        total += np.expand_dims(wave, tuple(a for a in range(total.ndim) if a != axis))
    return total


def incomplete() -> Contender:
    """CG with SciPy's incomplete LU, which is not quite symmetric, at 10 times the entries of A."""

    def setup(problem: Problem) -> Any:
        from scipy.sparse.linalg import LinearOperator, spilu

        factor = spilu(problem.definite.tocsc(), drop_tol=1e-4, fill_factor=10)
        return LinearOperator(problem.definite.shape, factor.solve)

    def solve(M: Any, problem: Problem, rtol: float) -> Answer:
        from scipy.sparse.linalg import cg

        steps: list[None] = []
        x, _ = cg(problem.definite, problem.rhs, rtol=rtol, maxiter=500, M=M, callback=lambda x: steps.append(None))
        return Answer(x, len(steps))

    return Contender("SciPy CG, ILU", setup, solve)


def transform(threads: int) -> Contender:
    """The least code that solves the constant-coefficient box: DST-II, divide, inverse DST-II."""
    from scipy.fft import dstn, idstn

    def solve(eigenvalues: np.ndarray, problem: Problem, rtol: float) -> Answer:
        y = dstn(problem.b, type=2, workers=threads)
        y /= eigenvalues
        return Answer(idstn(y, type=2, workers=threads, overwrite_x=True), 1)

    return Contender("bare scipy.fft", _eigenvalues, solve)
