"""Components that only a faint shift holds: their level in closed form, the rest without the shift."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml.mesh.components import NullSpace
from sciml.pde.operator import FaintShift, StencilOperator
from sciml.solvers._finish import finish, right_hand_sides, row_norms
from sciml.solvers._operator import rounding_floor
from sciml.solvers._run import check_tolerances, initial_guesses
from sciml.solvers._solution import Callback, LinearSolver, Solution
from sciml.solvers._status import Status

__all__ = ["solve_apart"]

Rows: TypeAlias = NDArray[np.float64]

# Each pass but the first reduces what is left by the ratio of the shift to the next eigenvalue of its component.
PASSES = 10


def solve_apart(
    solver: LinearSolver, state: Any, A: StencilOperator, b: ArrayLike, x0: ArrayLike | None, *,
    rtol: float = 1e-8, atol: float = 0.0, maxiter: int | None = None, callback: Callback | None = None,
) -> Solution:
    """Solve (A0 + S) x = b, S the shift, A0 singular on components C, for x = level + w.

    A0 level = 0 holds exactly and is never computed, so r = b - S (level + w) - A0 w is not lost in the rounding
    of a large level. Each pass adds (sum_C r) / (sum_C S) to the level of C, which takes the mean of r there, and
    A0^+ r to w, which leaves -S A0^+ r: r times the ratio of the shift to the eigenvalues of A0.

    Parameters
    ----------
    solver, state : LinearSolver, and what its set-up made of ``A.faint.bare``
    A : StencilOperator
        With the shift: the residual of the solution is that of this operator.
    """
    faint = A.faint
    assert faint is not None
    check_tolerances(rtol, atol)
    rows = right_hand_sides(A, b)
    goals, sizes = np.maximum(rtol * row_norms(rows), atol), row_norms(rows)
    guess = initial_guesses(A, x0, rows.shape)
    w = np.zeros_like(rows) if guess is None else guess
    for k in np.flatnonzero(sizes == 0):
        w[k] = 0.0
    level = _means(faint.bare.nullspace, w)
    w -= level
    history, iterations, status, before = [1.0], 0, Status.STAGNATED, np.inf
    details: dict[str, Any] = {}

    def later(iteration: int, residual: float) -> None:
        if callback is not None:
            callback(iterations + iteration, residual * share)

    for _ in range(PASSES):
        r = _residual(faint, rows, level, w)
        share = float((row_norms(r) / np.where(sizes > 0, sizes, 1.0)).max())
        if np.all(row_norms(r) <= goals):
            status = Status.CONVERGED
            break
        if maxiter is not None and iterations >= maxiter:
            status = Status.MAX_ITERATIONS
        if status is Status.MAX_ITERATIONS or not share < 0.5 * before:
            break
        before = share
        part = solver.solve(
            state, r, rtol=0.0, atol=0.9 * float(goals[sizes > 0].min()), callback=later,
            maxiter=None if maxiter is None else maxiter - iterations,
        )
        w += part.x.reshape(w.shape)
        history += [value * share for value in part.history[1:]]
        iterations, details = iterations + part.iterations, dict(part.details)
        if not part.converged:
            status = part.status
            break
    x = level + w
    solution = finish(
        A, rows, x, np.shape(b), method=solver.method, status=status, iterations=iterations, history=history, rtol=rtol,
        atol=atol, details=details,
    )
    if solution.status is Status.PRECISION_LIMIT:
        floor = max(rounding_floor(A, u, row) for u, row in zip(x, rows, strict=True))
        solution = solution.replace(details=solution.details | {"floor": floor})
    return solution


def _residual(faint: FaintShift, rows: Rows, level: Rows, w: Rows) -> Rows:
    """b - S (level + w) - A0 w after what its means demand was added, in place, to the levels."""
    bare, space = faint.bare, faint.bare.nullspace
    pull = faint.pull.reshape(1, -1)
    held = _means(space, pull)
    r = rows - pull * (level + w) - bare.apply(w.reshape(-1, *bare.grid_shape)).reshape(w.shape)
    step = np.where(held > 0, _means(space, r), 0.0) / np.where(held > 0, held, 1.0)
    level += step
    r -= pull * step
    return r - _means(space, r)


def _means(space: NullSpace | None, rows: Rows) -> Rows:
    """The mean over each component, at every one of its cells; 0 elsewhere."""
    assert space is not None  # a shift is faint only where nothing else holds a component
    spread = np.zeros_like(rows)
    for values, row in zip(spread, rows, strict=True):
        if space.cells is None:
            values[:] = space.means(row)
        else:
            values[space.cells] = space.means(row)[space.owner]
    return spread
