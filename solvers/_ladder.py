"""Going down from a method that stalls to the next one."""

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

from numpy.typing import ArrayLike

from sciml._arrays import on_device_of
from sciml.pde.operator import StencilOperator
from sciml.solvers._auto import Rung
from sciml.solvers._checks import check_runs_on
from sciml.solvers._faint import solve_apart
from sciml.solvers._operator import SystemOperator
from sciml.solvers._solution import LinearSolver, Solution
from sciml.solvers._status import Status
from sciml.solvers._warnings import SolverWarning

__all__ = ["climb_down", "timed", "worth_another"]


def timed(solver: LinearSolver, A: SystemOperator, b: ArrayLike, x0: ArrayLike | None, **limits: Any) -> Solution:
    """Set-up and solve with the time of each; a faint shift is set apart unless that stalls, as it does in mazes."""
    if isinstance(A, StencilOperator) and A.faint is not None:
        solution = _measured(solver, A.faint.bare, lambda state: solve_apart(solver, state, A, b, x0, **limits))
        if solution.status is not Status.STAGNATED:
            return solution
    return _measured(solver, A, lambda state: solver.solve(state, b, x0, **limits))


def _measured(solver: LinearSolver, A: SystemOperator, solve: Callable[[Any], Solution]) -> Solution:
    check_runs_on(getattr(A, "device", "cpu"), solver.method)
    with on_device_of(A.stencil[-1] if isinstance(A, StencilOperator) else None):
        return _timed(solver, A, solve)


def _timed(solver: LinearSolver, A: SystemOperator, solve: Callable[[Any], Solution]) -> Solution:
    start = perf_counter()
    state = solver.setup(A)
    ready = perf_counter()
    return solve(state).replace(setup_seconds=ready - start, solve_seconds=perf_counter() - ready)


def climb_down(
    rungs: list[Rung], A: SystemOperator, b: ArrayLike, x0: ArrayLike | None, maxiter: int | None, **limits: Any
) -> Solution:
    """Try the rungs in order until one converges or nothing below would help.

    Every step down warns, starts from what the failed method reached if that helps, and is
    recorded in ``details["ladder"]``; the times are those of all steps together.
    """
    steps: list[dict[str, Any]] = []
    setup_seconds = solve_seconds = 0.0
    because, singular = rungs[0].reason, False
    for rung, below in zip(rungs, [*rungs[1:], None], strict=True):
        solution = timed(rung.solver(), A, b, x0, maxiter=maxiter, **limits)
        setup_seconds += solution.setup_seconds
        solve_seconds += solution.solve_seconds
        steps.append(_step(solution))
        singular = singular or "singular" in solution.details
        if below is None or not worth_another(solution, maxiter):
            break
        outcome = f"{solution.method} ended with {solution.status.value} at relative residual {solution.residual:.1e}"
        warnings.warn(f"{outcome}; going on with {below.method}", SolverWarning, stacklevel=3)
        because = f"{outcome}; then {below.method}: {below.reason}"
        if solution.residual < 1.0:
            x0 = solution.x
    details = solution.details | {"ladder": steps}
    if singular and not solution.converged:
        details["note"] = "A is singular, and b lies outside of its range as far as was found: no x solves the system."
    return solution.replace(
        setup_seconds=setup_seconds, solve_seconds=solve_seconds, selected_because=because, details=details
    )


def worth_another(solution: Solution, maxiter: int | None) -> bool:
    """False when converged, at the rounding floor, or stopped by the caller's own limit."""
    if solution.status in (Status.CONVERGED, Status.PRECISION_LIMIT):
        return False
    return not (solution.status is Status.MAX_ITERATIONS and maxiter is not None)


def _step(solution: Solution) -> dict[str, Any]:
    return {
        "method": solution.method,
        "status": solution.status.value,
        "iterations": solution.iterations,
        "residual": solution.residual,
        "seconds": solution.setup_seconds + solution.solve_seconds,
    }
