"""The record every solver returns."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import ConvergenceError
from sciml.solvers._status import Status

__all__ = ["Callback", "LinearSolver", "Solution"]


class Callback(Protocol):
    """Called once an iteration with its number and the relative residual."""

    def __call__(self, iteration: int, residual: float, /) -> None: ...


@dataclass(frozen=True, eq=False)
class Solution:
    """Result of a solve.

    Parameters
    ----------
    x : ndarray of float64
        In the shape of the right-hand side, and where that lies: on a CUDA device an array of CuPy.
    status : Status
        How it ended; ``converged`` only when `residual` was recomputed and is small enough.
    method : str
        What ran.
    iterations : int
        Applications of the preconditioner or cycle on the finest level.
    history : list of float
        Relative residuals, ``history[0] = 1``, length ``iterations + 1``.
    residual : float
        ||b - A x|| / ||b|| recomputed in float64 (the largest over a batch; 0 when b = 0).
    setup_seconds, solve_seconds : float
        Set-up (operator to ready to iterate) and solve time.
    selected_because : str
        Why this method was chosen.
    details : dict
        Solver-specific facts (hierarchy table, precision floor, ladder steps); ``device`` when that was not the CPU.
    """

    x: NDArray[np.float64]
    status: Status
    method: str
    iterations: int
    history: list[float]
    residual: float
    rtol: float
    setup_seconds: float = 0.0
    solve_seconds: float = 0.0
    selected_because: str = "chosen by the caller"
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def converged(self) -> bool:
        """Whether the tolerance was reached."""
        return self.status is Status.CONVERGED

    @property
    def help(self) -> str:
        """One sentence on the outcome and what to do: what the solver noted about this run, else that of the status."""
        return str(self.details.get("note", self.status.help))

    def replace(self, **changes: Any) -> "Solution":
        """A copy with some fields changed."""
        return replace(self, **changes)

    def raise_on_failure(self) -> "Solution":
        """Return self, or raise.

        Raises
        ------
        ConvergenceError
            If the solve did not converge; the text carries `help`.
        """
        if not self.converged:
            raise ConvergenceError(
                f"{self.method} ended with {self.status.value} after {self.iterations} iterations at relative "
                f"residual {self.residual:.2e} (rtol {self.rtol:.1e}): {self.help}"
            )
        return self


Operator: TypeAlias = Any  # StencilOperator, scipy sparse array or matrix, LinearOperator


class LinearSolver(Protocol):
    """What every solver offers: work that depends on A only, then solves."""

    @property
    def method(self) -> str:
        """Name on the command line."""

    def setup(self, A: Operator) -> Any:
        """Prepare for `A`; the result is handed to `solve`."""

    def solve(
        self,
        state: Any,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol)."""
