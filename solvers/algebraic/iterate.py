"""Conjugate gradients in the order of the levels: one right-hand side, or many side by side."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.solvers._finish import finish, right_hand_sides
from sciml.solvers._run import Run, check_tolerances, initial_guesses, merged
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.algebraic.ordering import Order
from sciml.solvers.algebraic.state import AMGState
from sciml.solvers.krylov.cg import pcg
from sciml.solvers.krylov.columns import pcg_columns

__all__ = ["solve_state"]

Rows: TypeAlias = NDArray[np.float64]

PATIENCE = 50
# Right-hand sides iterated at a time: a cache line of float32, and memory stays bounded.
WIDTH = 16
# So many are faster one by one: together they cost as much as whole lanes.
FEW = 2


def solve_state(
    state: AMGState, b: ArrayLike, x0: ArrayLike | None, *, method: str, rtol: float, atol: float, maxiter: int,
    callback: Callback | None,
) -> Solution:
    """Solve for all right-hand sides, those of zeros without running anything."""
    check_tolerances(rtol, atol)
    rows = right_hand_sides(state.A, b, fresh=False)
    guesses = initial_guesses(state.A, x0, rows.shape)
    todo = np.flatnonzero(rows.any(axis=1))
    runs = [Run(np.zeros(rows.shape[1]), Status.CONVERGED, [1.0], {})] * len(rows)
    width = WIDTH if len(todo) > FEW else 1
    for group in np.split(todo, range(width, len(todo), width)):
        start = None if guesses is None else guesses[group]
        found = _group(state, rows[group], start, rtol, atol, maxiter, callback)
        for k, run in zip(group.tolist(), found, strict=True):
            runs[k] = run
    total = merged(runs)
    known = np.array([run.history[-1] for run in runs]) if all(run.exact for run in runs) else None
    return finish(
        state.A, rows, total.x, np.shape(b), method=method, status=total.status, iterations=total.iterations,
        history=total.history, rtol=rtol, atol=atol, details=total.details, residuals=known,
    )


def _group(
    state: AMGState, rows: Rows, guesses: Rows | None, rtol: float, atol: float, maxiter: int,
    callback: Callback | None,
) -> list[Run]:
    """One Run for each of a few right-hand sides, given and returned in the order of A."""
    if len(rows) == 0:
        return []
    arranged = state.single if len(rows) == 1 else state.wide
    order, system, cycle = arranged.order, arranged.system, arranged.cycle
    limits: dict[str, Any] = {
        "rtol": rtol, "atol": atol, "maxiter": maxiter, "patience": PATIENCE, "callback": callback,
    }
    b = _taken(rows, order)
    x0 = None if guesses is None else _taken(guesses, order)
    if len(rows) == 1:
        start = None if x0 is None else x0[0]
        flexible = cycle.dtype != np.float64  # rounding makes single precision cycles slightly asymmetric
        runs = [pcg(system, b[0], arranged.precondition, x0=start, flexible=flexible, **limits)]
    else:
        with cycle.lock, np.errstate(all="ignore"):
            runs = pcg_columns(system, b, cycle.run, x0, dtype=cycle.dtype, **limits)
    if isinstance(order, slice):
        return runs
    full = np.zeros(rows.shape)
    for run, x in zip(runs, full, strict=True):
        x[order] = run.x
    return [run._replace(x=x) for run, x in zip(runs, full, strict=True)]


def _taken(rows: Rows, order: Order | slice) -> Rows:
    """The rows with their columns in an order; twice as fast as by an index."""
    return rows if isinstance(order, slice) else rows.take(order, axis=1)
