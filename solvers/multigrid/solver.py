"""The solver ``multigrid`` for stencils on boxes."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.pde.operator import StencilOperator
from sciml.solvers._operator import rounding_floor
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import Monitor, pcg
from sciml.solvers.multigrid.refine import refine
from sciml.solvers.multigrid.state import MultigridState

__all__ = ["Multigrid"]

MAXITER = 200


@dataclass(frozen=True)
class Multigrid:
    """Multigrid for Poisson problems on boxes: float32 cycles inside float64 iterations.

    Constant coefficients are iterated by cycles alone; everything else (jumps, obstacles) by
    conjugate gradients with a symmetric cycle as preconditioner.

    Parameters
    ----------
    cycle : {"auto", "V", "W"}
        Shape of the cycle.
    dtype : {"float32", "float64"}
        Precision of the cycles.

    References
    ----------
    U. Trottenberg, C. Oosterlee and A. Schueller, "Multigrid", 2001.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((32, 32)))
    >>> solver = Multigrid()
    >>> solver.solve(solver.setup(system.A), system.b).converged
    True
    """

    cycle: Literal["auto", "V", "W"] = "auto"
    dtype: Literal["float32", "float64"] = "float32"

    @property
    def method(self) -> str:
        """Name on the command line."""
        return "multigrid"

    def setup(self, A: Any) -> MultigridState:
        """Build the hierarchy.

        Raises
        ------
        InputError
            If `A` is not a StencilOperator.
        """
        if not isinstance(A, StencilOperator):
            raise InputError(
                f"multigrid needs a stencil on a box, as sciml.pde.poisson builds; A is a {type(A).__name__}, use amg"
            )
        gamma = {"auto": 2 if len(A.grid_shape) == 2 else 1, "V": 1, "W": 2}[self.cycle]
        state = MultigridState(A, {"dtype": self.dtype, "gamma": gamma})
        _ = state.iteration if A.is_constant else state.symmetric
        return state

    def solve(
        self, state: MultigridState, b: ArrayLike, x0: ArrayLike | None = None, *, rtol: float = 1e-8,
        atol: float = 0.0, maxiter: int | None = None, callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol)."""
        A = state.A

        def run(row: NDArray[np.float64], guess: NDArray[np.float64] | None) -> Run:
            if not A.is_constant:
                return pcg(
                    A, row, state, x0=guess, rtol=rtol, atol=atol, maxiter=maxiter or MAXITER, patience=30,
                    callback=callback,
                )
            monitor = Monitor(max(rtol, atol / float(np.linalg.norm(row))), maxiter or MAXITER, 30, callback)
            x = np.zeros_like(row) if guess is None else guess
            status = refine(A, state.iteration, row, x, monitor)
            details = {}
            if status is not Status.CONVERGED:
                details["floor"] = rounding_floor(A, x, row)
                if status is Status.STAGNATED and monitor.history[-1] <= 100 * details["floor"]:
                    status = Status.PRECISION_LIMIT
            return Run(x, status, monitor.history, details)

        return solve_rows(A, b, x0, run, method=self.method, rtol=rtol, atol=atol)
