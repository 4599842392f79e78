"""Algebraic multigrid of PyAMG as a preconditioner of its own conjugate gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.bench import Answer, Contender, Problem

__all__ = ["contenders", "tuned"]


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


def _tuned(kind: str, B: NDArray[np.float64] | None) -> Callable[[Problem], Any]:
    sweeps = {
        "presmoother": ("gauss_seidel", {"sweep": "forward"}), "postsmoother": ("gauss_seidel", {"sweep": "backward"}),
    }

    def setup(problem: Problem) -> Any:
        import pyamg

        if kind == "RS":
            return pyamg.ruge_stuben_solver(problem.definite, **sweeps)
        strength = ("symmetric", {"theta": 0.08 if kind == "SA 0.08" else 0.0})
        matrix = problem.definite if B is None else problem.definite.tobsr((problem.A.block,) * 2)
        return pyamg.smoothed_aggregation_solver(matrix, B, strength=strength, **sweeps)

    return setup


def tuned(near_nullspace: NDArray[np.float64] | None = None) -> list[Contender]:
    """Its fastest settings: one-way sweeps with every coupling strong, those above 0.08, and classical AMG."""
    labels = {"SA": "theta 0", "SA 0.08": "theta 0.08"} if near_nullspace is not None else {
        "SA": "theta 0", "SA 0.08": "theta 0.08", "RS": "theta 0.25",
    }
    return [
        Contender(f"PyAMG {kind.split()[0]}-CG, {label}, one-way GS", _tuned(kind, near_nullspace), _solve, _imported)
        for kind, label in labels.items()
    ]


def contenders() -> list[Contender]:
    """Smoothed aggregation with its default and with one-way smoothing, and classical (Ruge-Stueben) AMG."""
    return [
        Contender("PyAMG SA-CG", _smoothed_aggregation, _solve, _imported),
        Contender("PyAMG SA-CG, one-way GS", _one_way_gauss_seidel, _solve, _imported),
        Contender("PyAMG RS-CG", _ruge_stuben, _solve, _imported),
    ]
