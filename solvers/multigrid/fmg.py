"""The solver ``fmg``: full multigrid for constant coefficients."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from math import prod
from threading import RLock
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import zeros
from sciml._errors import InputError
from sciml.kernels._stencil import ConstantStencil
from sciml.pde.operator import StencilOperator
from sciml.solvers._checks import check_choices
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.multigrid.coarsen import halves
from sciml.solvers.multigrid.fmg_pass import FullMultigrid
from sciml.solvers.multigrid.precision import single_holds
from sciml.solvers.multigrid.refine import refine
from sciml.solvers.multigrid.structured import BOTTOM, BoxHierarchy, Smoothing

__all__ = ["FMG", "FMGState"]

MAXITER = 200

# Smoothing on the finest and on the coarser levels. One cycle a level leaves .03 to .1 of the
# discretisation error; over-relaxation that is the same on all levels leaves twice that in three dimensions.
IN_SPACE = Smoothing((2, 1), 1.1), Smoothing((2, 1), 1.3)
IN_PLANE = Smoothing((2, 1), 1.15), Smoothing((2, 1), 1.15)

# Rounding each residual leaves an error of eps n^2 / sqrt(N), against 1 / n^2 of the discretisation: in
# single precision no more than a tenth of it up to this n^4 / sqrt(N) (about 126^2, 330^3 cells).
SINGLE_UP_TO = 2e6


@dataclass(eq=False)
class FMGState:
    """An operator and its hierarchy.

    Parameters
    ----------
    A : StencilOperator
    full : FullMultigrid
    lock : RLock
        Held while the work arrays of the hierarchy are in use: threads may share a state, one solves at a time.
    """

    A: StencilOperator
    full: FullMultigrid
    lock: AbstractContextManager[bool] = field(default_factory=RLock, repr=False)


@dataclass(frozen=True)
class FMG:
    """Full multigrid for Poisson problems of constant coefficient on boxes, float32 cycles.

    One pass from the coarsest level up gives smooth solutions to discretisation accuracy for the
    price of about two cycles; cycles then go on to the tolerance, as in `Multigrid`.

    Parameters
    ----------
    only : bool
        Stop after the pass. The residual is then that of a solution whose error is about a tenth of
        the discretisation error, far above the usual tolerances: the status is
        ``max_iterations`` unless `rtol` allows it. ``details["discretisation_error"]`` says what
        accuracy to expect, relative in l2, for smooth data.
    dtype : {"auto", "float32", "float64"}
        Precision of the cycles. With `only`, "auto" is double where rounding to single would show.

    Notes
    -----
    Accuracy after the pass is promised for lengths that can be halved down to a few cells. Single
    precision adds 1e-7 of the largest value, the discretisation error of 2000 cells an axis.

    References
    ----------
    U. Trottenberg, C. Oosterlee and A. Schueller, "Multigrid", 2001.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((64, 64)), source="sin(pi*x)*sin(pi*y)")
    >>> solver = FMG()
    >>> solver.solve(solver.setup(system.A), system.b).converged
    True
    """

    only: bool = False
    dtype: Literal["auto", "float32", "float64"] = "auto"

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def method(self) -> str:
        """Name on the command line."""
        return "fmg"

    def setup(self, A: Any) -> FMGState:
        """Build the hierarchy.

        Raises
        ------
        InputError
            If `A` is not a stencil of constant coefficient, or its axes cannot be halved; on a CUDA device also
            where halving ends early.
        """
        self.check(A)
        finest, coarser = IN_SPACE if len(A.grid_shape) == 3 else IN_PLANE
        hierarchy = BoxHierarchy(
            A.host.stencil, "linear", self._precision(A), smoothing=coarser if self.only else None
        )
        if self.only:
            hierarchy.top.sweeps, hierarchy.top.omega = finest
        full: FullMultigrid | None = FullMultigrid(hierarchy)
        if A.device != "cpu" and full is not None:
            full = full.on_device
        if full is None:
            raise InputError(
                f"fmg on {A.device} halves the axes down to a few cells, here {' x '.join(map(str, A.grid_shape))} "
                "unknowns; use multigrid"
            )
        return FMGState(A, full)

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is not a stencil of constant coefficient, or its axes cannot be halved."""
        if not isinstance(A, StencilOperator):
            raise InputError(
                f"fmg needs a stencil on a box, as sciml.pde.poisson builds; A is a {type(A).__name__}, use amg"
            )
        stencil = A.host.stencil
        if not isinstance(stencil, ConstantStencil):
            raise InputError(
                "fmg needs a constant coefficient, no obstacles, and on node grids dirichlet or periodic sides; "
                "for this operator use multigrid"
            )
        if A.shape[0] > BOTTOM and not halves(stencil):
            shape = " x ".join(map(str, A.grid_shape))
            raise InputError(f"fmg halves the axes of the box, here {shape} unknowns; use even numbers, or multigrid")

    def _precision(self, A: StencilOperator) -> str:
        if self.dtype == "float64" or not single_holds(A.host.stencil):
            return "float64"
        if self.dtype == "float32":
            return self.dtype
        shape = A.grid_shape
        return "float64" if self.only and max(shape) ** 4 / prod(shape) ** 0.5 > SINGLE_UP_TO else "float32"

    def solve(
        self, state: FMGState, b: ArrayLike, x0: ArrayLike | None = None, *, rtol: float = 1e-8,
        atol: float = 0.0, maxiter: int | None = None, callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol), or by one pass only."""
        A, full = state.A, state.full

        def run(row: NDArray[np.float64], guess: NDArray[np.float64] | None) -> Run:
            limit = 1 if self.only else maxiter or MAXITER
            monitor = Monitor(max(rtol, atol / float(np.linalg.norm(row))), limit, 30, callback)
            x = zeros(row) if guess is None else guess
            details: dict[str, Any] = {}
            with state.lock:
                status = refine(A, full.restart(), row, x, monitor)
                details["discretisation_error"] = full.discretisation_error
            if not self.only:
                status, more = explained(A, x, row, status, monitor.history[-1])
                details |= more
            elif status is Status.MAX_ITERATIONS:
                details["note"] = _note(full.discretisation_error)
            return Run(x, status, monitor.history, details, exact=True)

        solution = solve_rows(A, b, x0, run, method=self.method, rtol=rtol, atol=atol)
        return solution.replace(details=solution.details | {"hierarchy": full.hierarchy.table()})


def _note(discretisation_error: float | None) -> str:
    size = "" if discretisation_error is None else f", here about {discretisation_error:.1e},"
    return (
        "It stopped after one full multigrid pass, as fmg.only asks, with a residual above rtol: for smooth data its "
        f"error is about a tenth of the discretisation error{size} relative in l2; leave fmg.only out to iterate to "
        "rtol."
    )
