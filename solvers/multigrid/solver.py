"""The solver ``multigrid`` for stencils on boxes."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array, zeros
from sciml._errors import InputError
from sciml.pde.operator import StencilOperator
from sciml.solvers._checks import check_choices
from sciml.solvers._finish import finish, right_hand_sides
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import rounding_floor
from sciml.solvers._run import Run, check_tolerances, initial_guesses, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import norm, pcg
from sciml.solvers.multigrid.coarsen import two_colours
from sciml.solvers.multigrid.conjugate import conjugate
from sciml.solvers.multigrid.device import check_on_device
from sciml.solvers.multigrid.plain import PlainHierarchy
from sciml.solvers.multigrid.precision import single_holds
from sciml.solvers.multigrid.refine import refine
from sciml.solvers.multigrid.stack import stacked
from sciml.solvers.multigrid.state import Coarse, MultigridState, Smoother

__all__ = ["Multigrid"]

Vector: TypeAlias = NDArray[np.float64]

MAXITER = 200
# Cycles without progress that end a run: multigrid converges in a dozen or not at all.
PATIENCE = 30


@dataclass(frozen=True)
class Multigrid:
    """Multigrid for Poisson problems on boxes: float32 cycles inside float64 iterations.

    Constant coefficients on a box that halves at least once are iterated by geometric cycles alone;
    everything else (jumps, obstacles, odd sizes) by conjugate gradients with a symmetric cycle as
    preconditioner, whose coarse levels follow the coefficients.

    Parameters
    ----------
    cycle : {"auto", "V", "W"}
        Visits of the next level by the preconditioner: one, two, or as suits the dimension.
    coarse : {"auto", "clusters", "boxes"}
        Coarse levels of the preconditioner: clusters of strongly connected cells, robust against jumps and
        walls; or boxes of 2 x 2 x 2 cells, which cost less. auto takes as many levels of boxes as the faces
        allow (`box_plan`), none in planes, and replaces them by clusters when they turn out too slow.
        On a CUDA device all levels are boxes; where they would not do, it says so.
    dtype : {"float32", "float64"}
        Precision of red-black cycles; those of the other smoothers are float64, and those of operators
        whose entries leave the range of float32.
    smoother : {"auto", "sor", "chebyshev", "jacobi"}
        Red-black over-relaxation; or Chebyshev polynomials of degree 4 or 4 damped Jacobi sweeps, in natural
        order, always with conjugate gradients and clusters. auto is sor unless a periodic axis has odd length,
        which two colours do not fit, and chebyshev then.

    References
    ----------
    U. Trottenberg, C. Oosterlee and A. Schueller, "Multigrid", 2001.
    S. F. Ashby and R. D. Falgout, "A parallel multigrid preconditioned conjugate gradient algorithm for
    groundwater flow simulations", Nuclear Science and Engineering 124, 1996 (coarsening along strong axes).

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
    coarse: Coarse = "auto"
    dtype: Literal["float32", "float64"] = "float32"
    smoother: Smoother = "auto"

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def method(self) -> str:
        """Name on the command line."""
        return "multigrid"

    def setup(self, A: Any) -> MultigridState:
        """Build the hierarchy.

        Raises
        ------
        InputError
            If `A` is not a StencilOperator, or the smoother does not fit the box or the coarse levels; on a CUDA
        device also where coarse levels must be clusters, whose sweeps go row by row.
        """
        self.check(A)
        gamma = {"auto": None, "V": 1, "W": 2}[self.cycle]
        dtype = self.dtype if single_holds(A.host.stencil) else "float64"
        state = MultigridState(A, dtype, gamma, self.coarse, self.smoother)
        _ = state.iteration or (state.symmetric, state.floating)  # built now: set-up time is not solve time
        return state

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is not a StencilOperator, or the smoother does not fit the box or coarse levels."""
        if not isinstance(A, StencilOperator):
            raise InputError(
                f"multigrid needs a stencil on a box, as sciml.pde.poisson builds; A is a {type(A).__name__}, use amg"
            )
        if self.smoother == "sor" and not two_colours(A.host.stencil):
            raise InputError(
                f"multigrid smoother 'sor' needs an even number of unknowns along periodic axes, the box is "
                f"{' x '.join(str(n) for n in A.grid_shape)}; use smoother auto or chebyshev"
            )
        if self.smoother in ("chebyshev", "jacobi") and self.coarse == "boxes":
            raise InputError(
                f"multigrid smoother '{self.smoother}' works with coarse levels of clusters; coarse is 'boxes', "
                "use clusters or smoother sor"
            )
        check_on_device(A, self.coarse, self.smoother)

    def solve(
        self, state: MultigridState, b: ArrayLike, x0: ArrayLike | None = None, *, rtol: float = 1e-8,
        atol: float = 0.0, maxiter: int | None = None, callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol)."""
        A = state.A
        count, b = maxiter or MAXITER, real_array("right-hand side", b)

        def run(row: Vector, guess: Vector | None) -> Run:
            limit = max(rtol, atol / norm(row)) if atol > 0 else rtol
            monitor = Monitor(limit, count, PATIENCE, callback)
            with state.lock:
                return iterate(state, row, guess, monitor)

        if b.size > A.shape[0] and len(A.grid_shape) < 3:
            return self._solve_stack(state, b, x0, rtol, atol, count, callback)
        solution = solve_rows(A, b, x0, run, method=self.method, rtol=rtol, atol=atol, fresh=False)
        return solution.replace(details=solution.details | {"hierarchy": state.table()})

    def _solve_stack(
        self, state: MultigridState, b: Vector, x0: ArrayLike | None, rtol: float, atol: float, maxiter: int,
        callback: Callback | None,
    ) -> Solution:
        """All right-hand sides as one system, each scaled to norm 1."""
        A = state.A
        check_tolerances(rtol, atol)
        rows = right_hand_sides(A, b)
        sizes = np.linalg.norm(rows, axis=1, keepdims=True)
        sizes[sizes == 0] = 1.0
        guess = initial_guesses(A, x0, rows.shape)
        if guess is not None:
            np.copyto(guess, 0.0, where=~rows.any(axis=1, keepdims=True))
        limit = max(rtol, atol / float(sizes.max()))
        monitor = Monitor(limit, maxiter, PATIENCE, callback)
        stack = self.setup(stacked(A.host, len(rows)).to(A.device.partition(":")[0]))
        outcome = iterate(
            stack, (rows / sizes).ravel(), None if guess is None else (guess / sizes).ravel(), monitor, planes=True
        )
        return finish(
            A, rows, outcome.x.reshape(rows.shape) * sizes, b.shape, method=self.method, status=outcome.status,
            iterations=outcome.iterations, history=outcome.history, rtol=rtol, atol=atol,
            details=outcome.details | {"hierarchy": stack.table()},
        )


def iterate(
    state: MultigridState, b: Vector, x0: Vector | None, monitor: Monitor, *, planes: bool = False
) -> Run:
    """Cycles alone where they converge fast, conjugate gradients around a symmetric cycle elsewhere."""
    A = state.A
    if planes and not b.any():
        return Run(np.zeros_like(b), Status.CONVERGED, [1.0], {})
    if state.iteration is None:
        # every plane's residual is at most that of all of them together
        rtol = monitor.limit / sqrt(A.grid_shape[0]) if planes else monitor.limit
        run = precondition(state, b, x0, rtol, monitor)
        state.clear_obstacles(run.x)
        return run
    x = zeros(b) if x0 is None else x0
    status = refine(A, state.iteration, b, x, monitor, planes=planes, guess=x0 is not None)
    details: dict[str, Any] = {}
    if status is not Status.CONVERGED:
        details["floor"] = rounding_floor(A, x, b)
        if status is Status.STAGNATED and monitor.history[-1] <= 100 * details["floor"]:
            status = Status.PRECISION_LIMIT
    return Run(x, status, monitor.history, details, exact=True)


def precondition(state: MultigridState, b: Vector, x0: Vector | None, rtol: float, monitor: Monitor) -> Run:
    """Conjugate gradients; where coarse boxes turn out too slow, on with clusters from what they reached."""
    first = accelerated(
        state, b, x0,
        Monitor(
            rtol, monitor.maxiter, monitor.patience, monitor.callback,
            state.plan.budget if state.may_strengthen else None,
        ),
    )
    done = first.iterations
    if first.status is not Status.STAGNATED or not state.may_strengthen or done >= monitor.maxiter:
        return first
    state.strengthen()

    def later(iteration: int, residual: float) -> None:
        if monitor.callback is not None:
            monitor.callback(done + iteration, residual)

    rest = accelerated(state, b, first.x, Monitor(rtol, monitor.maxiter - done, monitor.patience, later))
    return rest._replace(history=first.history + rest.history[1:])


def accelerated(state: MultigridState, b: Vector, x0: Vector | None, monitor: Monitor) -> Run:
    """Conjugate gradients: in the storage of red-black cycles, or in natural order around the others."""
    A, hierarchy = state.A, state.symmetric
    if isinstance(hierarchy, PlainHierarchy):
        return pcg(
            A, b, state, x0=x0, rtol=monitor.limit, maxiter=monitor.maxiter, patience=monitor.patience,
            callback=monitor.callback,
        )
    x = zeros(b) if x0 is None else x0
    status = conjugate(A, hierarchy, b, x, monitor, nullspace=state.floating, guess=x0 is not None)
    status, details = explained(A, x, b, status, monitor.history[-1])
    return Run(x, status, monitor.history, details, exact=status is Status.CONVERGED and len(monitor.history) > 1)
