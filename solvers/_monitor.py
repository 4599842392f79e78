"""Residual history of an iteration and the reasons to stop that only it knows."""

from math import inf, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.pde.operator import StencilOperator
from sciml.solvers._operator import SystemOperator, rounding_floor
from sciml.solvers._solution import Callback
from sciml.solvers._status import Status

__all__ = ["DIVERGED_ABOVE", "Monitor", "explained"]

DIVERGED_ABOVE = 1e5


class Monitor:
    """Collects relative residuals and judges them.

    Parameters
    ----------
    limit : float
        Relative residual to reach.
    maxiter : int
        Largest number of iterations.
    patience : int
        Iterations without a new minimum (by 1 %) that count as stagnation.
    callback : callable, optional
        Called as ``callback(iteration, relative_residual)``.
    budget : int, optional
        Also stagnated: after five iterations, when the pace so far would need more than that many in all.

    Examples
    --------
    >>> monitor = Monitor(1e-8, maxiter=2, patience=10)
    >>> monitor.record(0.5)
    >>> monitor.verdict() is None
    True
    >>> monitor.record(0.4)
    >>> monitor.verdict().value, monitor.history
    ('max_iterations', [1.0, 0.5, 0.4])
    """

    def __init__(
        self, limit: float, maxiter: int, patience: int, callback: Callback | None = None,
        budget: int | None = None,
    ) -> None:
        self.limit = limit
        self.maxiter = maxiter
        self.patience = patience
        self.callback = callback
        self.budget = budget
        self.history = [1.0]
        self.start = 1.0  # or the relative residual of a guess that is worse than none
        self.best = inf
        self.best_at = 0

    def record(self, residual: float) -> None:
        """Append the residual of one more iteration."""
        self.history.append(residual)
        if residual < 0.99 * self.best:
            self.best, self.best_at = residual, len(self.history) - 1
        if self.callback is not None:
            self.callback(len(self.history) - 1, residual)

    def restart(self, residual: float) -> None:
        """Replace the last entry by the true residual, from which the search for a minimum begins anew."""
        self.history[-1] = residual
        self.best, self.best_at = residual, len(self.history) - 1

    def verdict(self) -> Status | None:
        """Why to stop now although the limit is not reached, or None."""
        residual, k = self.history[-1], len(self.history) - 1
        if not residual < inf:
            return Status.BREAKDOWN
        if residual > DIVERGED_ABOVE * self.start:
            return Status.DIVERGED
        if k >= self.maxiter:
            return Status.MAX_ITERATIONS
        return Status.STAGNATED if k - self.best_at >= self.patience or self.too_slow(residual, k) else None

    def too_slow(self, residual: float, k: int) -> bool:
        """Whether the pace of the first k iterations would exceed the budget."""
        if self.budget is None or k < 5:
            return False
        gained, needed = log(self.start / residual), log(self.start / self.limit)
        return k * needed > self.budget * gained


def explained(
    A: SystemOperator, x: NDArray[np.float64], b: NDArray[np.float64], status: Status, residual: float
) -> tuple[Status, dict[str, Any]]:
    """Final status and details: to stagnate or break down near the rounding floor is the precision limit.

    For a matrix a floor near 1 comes from an x that grew without bound, as for a singular A, and limits
    nothing; a stencil is positive definite where b has a part, so its floor counts however high it is.
    """
    if status is Status.CONVERGED:
        return status, {}
    floor = rounding_floor(A, x, b)
    largest = inf if isinstance(A, StencilOperator) else 0.1
    if status in (Status.STAGNATED, Status.BREAKDOWN) and residual <= min(100 * floor, largest):
        status = Status.PRECISION_LIMIT
    return status, {"floor": floor}
