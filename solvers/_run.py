"""From one right-hand side to many: the loop and the merging of its outcomes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import doubles, real_array, zeros
from sciml._errors import InputError
from sciml.solvers._checks import check_same_device
from sciml.solvers._finish import finish, right_hand_sides
from sciml.solvers._operator import SystemOperator
from sciml.solvers._solution import Solution
from sciml.solvers._status import Status

__all__ = ["Run", "check_tolerances", "initial_guesses", "merged", "solve_rows"]

FEW = 1000  # entries that mostly tell that a row is not all zeros


class Run(NamedTuple):
    """Outcome of an iteration for one right-hand side.

    x : (N,) iterate
    status : how it ended
    history : relative residuals, history[0] = 1
    details : facts for the report
    exact : history[-1] is ||b - A x|| / ||b|| of this very x, recomputed in float64, not carried along
    """

    x: NDArray[np.float64]
    status: Status
    history: list[float]
    details: dict[str, Any]
    exact: bool = False

    @property
    def iterations(self) -> int:
        """Number of iterations."""
        return len(self.history) - 1


def solve_rows(
    A: SystemOperator,
    b: ArrayLike,
    x0: ArrayLike | None,
    run: Callable[[NDArray[np.float64], NDArray[np.float64] | None], Run],
    *,
    method: str,
    rtol: float,
    atol: float,
    fresh: bool = True,
) -> Solution:
    """Call ``run(row, guess)`` for every right-hand side and build one Solution.

    A row of zeros is answered by zeros without running anything. `fresh` as in `right_hand_sides`: False
    promises that `run` leaves its row as it is.
    """
    check_tolerances(rtol, atol)
    rows = right_hand_sides(A, b, fresh=fresh)
    guesses = initial_guesses(A, x0, rows.shape)
    runs = [
        run(row, None if guesses is None else guesses[k]) if row[:FEW].any() or row.any()
        else Run(zeros(row), Status.CONVERGED, [1.0], {})
        for k, row in enumerate(rows)
    ]
    total = merged(runs)
    known = np.array([run.history[-1] for run in runs]) if all(run.exact for run in runs) else None
    return finish(
        A, rows, total.x, np.shape(b), method=method, status=total.status, iterations=total.iterations,
        history=total.history, rtol=rtol, atol=atol, details=total.details, residuals=known,
    )


def merged(runs: list[Run]) -> Run:
    """One outcome for a batch: the longest history, largest residual and first failure.

    Examples
    --------
    >>> one = Run(np.zeros(2), Status.CONVERGED, [1.0, 0.5], {})
    >>> two = Run(np.ones(2), Status.STAGNATED, [1.0, 0.7, 0.6], {})
    >>> merged([one, two]).history
    [1.0, 0.7, 0.6]
    """
    if len(runs) == 1:
        return runs[0]
    length = max(len(run.history) for run in runs)
    table = np.array([run.history + run.history[-1:] * (length - len(run.history)) for run in runs])
    worst = next((run for run in runs if run.status is not Status.CONVERGED), runs[0])
    return Run(np.stack([run.x for run in runs]), worst.status, [float(v) for v in table.max(axis=0)], worst.details)


def initial_guesses(A: SystemOperator, x0: ArrayLike | None, shape: tuple[int, int]) -> NDArray[np.float64] | None:
    """`x0` as a fresh (batch, N) array, one guess for all rows or one each; 0 in inactive cells.

    Raises
    ------
    InputError
        If the size does not fit, it lies on another device than `A` or an entry is not finite.
    """
    if x0 is None:
        return None
    values = doubles(real_array("initial guess", x0))
    check_same_device(A, "initial guess", values)
    if values.size not in (shape[1], shape[0] * shape[1]):
        raise InputError(
            f"initial guess of shape {values.shape} does not fit; expected {shape[1]} values, or as many for each of "
            f"{shape[0]} right-hand sides"
        )
    if not np.all(np.isfinite(values)):
        bad = int(np.sum(~np.isfinite(values)))
        raise InputError(f"initial guess has {bad} entries that are not finite; expected numbers")
    guesses = np.broadcast_to(values.reshape(-1, shape[1]), shape).copy()
    active = getattr(A, "active", None)
    if active is not None:
        np.copyto(guesses, 0.0, where=~active.ravel())
    return guesses


def check_tolerances(rtol: float, atol: float) -> None:
    """Raise InputError unless both are finite and >= 0 and one is positive."""
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value}; expected a finite number >= 0")
    if rtol == 0.0 and atol == 0.0:
        raise InputError("rtol and atol are both 0, which no floating-point solve can reach; set one of them")
