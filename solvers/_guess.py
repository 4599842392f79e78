"""Answers of others, a trained network among them, as initial guesses: how good they are, and what they save."""

from dataclasses import dataclass
from math import sqrt
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.pde.operator import StencilOperator
from sciml.solvers._run import check_tolerances, initial_guesses
from sciml.solvers._solution import Solution

__all__ = ["Refined", "energy_error_estimate", "energy_multiple", "energy_norm", "refine_guess", "relative_residual"]

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Refined:
    """What became of a guess u of the solution x of A x = b, with ||v||_A = sqrt(v . A v).

    Parameters
    ----------
    solution : Solution
        Started from `multiple` u; its residual is recomputed in float64.
    from_zero : Solution
        The same solver started from 0.
    multiple : float
        What u was multiplied by (`energy_multiple`).
    residual_guess : float
        ||b - A u|| / ||b||, of u as it was given.
    energy_error_estimate : float
        sqrt(r . M r) with r = b - A u and M one symmetric multigrid cycle.
    energy_error : float
        ||u - x||_A, which that estimates.
    energy_norm : float
        ||x||_A.
    """

    solution: Solution
    from_zero: Solution
    multiple: float
    residual_guess: float
    energy_error_estimate: float
    energy_error: float
    energy_norm: float


def refine_guess(
    A: StencilOperator, b: ArrayLike, guess: ArrayLike, *, rtol: float = 1e-8, maxiter: int | None = None
) -> Refined:
    """Solve A x = b by multigrid from a guess and, to see what it saves, from zero.

    Parameters
    ----------
    A : StencilOperator
        On the CPU.
    b : array_like
        One right-hand side.
    guess : array_like
        As many values.
    rtol : float
        Both solves end at ||b - A x|| <= rtol ||b||.
    maxiter : int, optional
        Largest number of iterations of each.

    Raises
    ------
    InputError
        If sizes do not fit, or the guess is not finite.

    Notes
    -----
    Where coefficients vary, the solver is conjugate gradients with one symmetric multigrid cycle as preconditioner;
    where they are constant, cycles alone. A guess of relative error e saves no more than log e / log q iterations of a
    method that reduces errors by q each time, and q is small for multigrid; what is rough in the error weighs more in
    the residual, so it may save none.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((32, 32)), coefficient="1 + x * y")
    >>> refined = refine_guess(system.A, system.b, np.ones((32, 32)))
    >>> refined.solution.converged, round(refined.multiple, 4)
    (True, 0.0031)
    """
    from sciml.solvers.multigrid import Multigrid

    check_tolerances(rtol, 0.0)
    solver, flat = Multigrid(), np.asarray(b, np.float64).ravel()
    given = initial_guesses(A, guess, (1, flat.size))
    assert given is not None
    u = given[0]
    begin = perf_counter()
    state = solver.setup(A)
    setup_seconds = perf_counter() - begin

    def solve(x0: Vector | None) -> Solution:
        start = perf_counter()
        solution = solver.solve(state, b, x0, rtol=rtol, maxiter=maxiter)
        return solution.replace(setup_seconds=setup_seconds, solve_seconds=perf_counter() - start)

    from_zero = solve(None)
    start = perf_counter()
    multiple = energy_multiple(A, flat, u)
    scaling = perf_counter() - start
    solution = solve(multiple * u)
    x = solution.x.ravel()
    return Refined(
        solution.replace(solve_seconds=solution.solve_seconds + scaling), from_zero, multiple,
        relative_residual(A, flat, u), energy_error_estimate(state, flat - A @ u), energy_norm(A, u - x),
        energy_norm(A, x),
    )


def energy_multiple(A: Any, b: Vector, u: Vector) -> float:
    """The s for which s u is closest to the solution of A x = b in the norm ||v||_A.

    Notes
    -----
    ||s u - x||_A^2 = s^2 u . A u - 2 s u . b + x . b is least for s = u . b / u . A u. What is left is
    x . b - (u . b)^2 / u . A u, so s u is never further from x than 0 is; and its residual is orthogonal to u, as if
    u had been the first direction of conjugate gradients. A network trained with another constant source, or on a box
    of another size, is right up to such a factor.

    Examples
    --------
    >>> A = np.diag([1.0, 2.0])
    >>> energy_multiple(A, np.array([3.0, 6.0]), np.array([1.0, 1.0]))
    3.0
    """
    energy = float(u @ (A @ u))
    return float(u @ b) / energy if energy > 0 else 0.0


def energy_norm(A: Any, v: Vector) -> float:
    """sqrt(v . A v)."""
    return sqrt(max(0.0, float(v @ (A @ v))))


def energy_error_estimate(state: Any, r: Vector) -> float:
    """sqrt(r . M r), close to the energy norm sqrt(r . A^-1 r) of the error that leaves the residual r.

    Parameters
    ----------
    state : MultigridState
        Whose symmetric cycle is M.
    r : ndarray, shape (N,)

    Notes
    -----
    Where the cycle reduces every error by q at least, (1 - q) r . A^-1 r <= r . M r <= (1 + q) r . A^-1 r.
    """
    r, z = np.ascontiguousarray(r), np.zeros(r.size)
    state.apply(r, z)
    return sqrt(max(0.0, float(r @ z)))


def relative_residual(A: Any, b: Vector, u: Vector) -> float:
    """||b - A u|| / ||b||, 0 for b = 0."""
    size = float(np.linalg.norm(b))
    return float(np.linalg.norm(b - A @ u)) / size if size else 0.0
