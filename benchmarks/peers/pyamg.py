"""Algebraic multigrid of PyAMG as a preconditioner of its own conjugate gradients."""

from typing import Any

import numpy as np

from sciml.bench import Answer, Contender, Problem

__all__ = ["contenders"]


def _smoothed_aggregation(problem: Problem) -> Any:
    import pyamg

    return pyamg.smoothed_aggregation_solver(problem.definite)


def _one_way_gauss_seidel(problem: Problem) -> Any:
    """Forward sweep before and backward sweep after: symmetric, half the work of the default."""
    import pyamg

    return pyamg.smoothed_aggregation_solver(
        problem.definite,
        presmoother=("gauss_seidel", {"sweep": "forward"}),
        postsmoother=("gauss_seidel", {"sweep": "backward"}),
    )


def _ruge_stuben(problem: Problem) -> Any:
    import pyamg

    return pyamg.ruge_stuben_solver(problem.definite)


def _solve(hierarchy: Any, problem: Problem, rtol: float) -> Answer:
    residuals: list[float] = []
    x = hierarchy.solve(problem.rhs, tol=rtol, maxiter=500, accel="cg", residuals=residuals)
    return Answer(np.asarray(x), len(residuals) - 1)


def _imported(problem: Problem) -> Problem:
    """Load the library outside the timing."""
    import pyamg  # noqa: F401

    return problem


def contenders() -> list[Contender]:
    """Smoothed aggregation with its default and with one-way smoothing, and classical (Ruge-Stueben) AMG."""
    return [
        Contender("PyAMG SA-CG", _smoothed_aggregation, _solve, _imported),
        Contender("PyAMG SA-CG, one-way GS", _one_way_gauss_seidel, _solve, _imported),
        Contender("PyAMG RS-CG", _ruge_stuben, _solve, _imported),
    ]
