"""The solver ``dcdm``: conjugate gradients around a learned multigrid cycle."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import real_array, zeros
from sciml._errors import InputError
from sciml.kernels._stencil import VariableStencil
from sciml.pde.operator import StencilOperator
from sciml.solvers._checks import check_choices
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import norm
from sciml.solvers.learned.hierarchy import LearnedHierarchy
from sciml.solvers.learned.state import Cycles, DCDMState
from sciml.solvers.learned.weights import Weights, load_weights
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.coarsen import two_colours
from sciml.solvers.multigrid.conjugate import conjugate
from sciml.solvers.multigrid.depth import plan_of_jumps
from sciml.solvers.multigrid.precision import single_holds

__all__ = ["DCDM"]

Vector = NDArray[np.float64]

MAXITER = 200
PATIENCE = 30
# A cycle that needs more iterations than this has met something it knows nothing of; clusters take over.
BUDGET = 30


@dataclass(frozen=True)
class DCDM:
    """Conjugate gradients with a learned multigrid cycle, which cannot break them whatever was learned.

    The cycle is the classical one of boxes: red-black over-relaxation, sums over blocks of 2 x 2 x 2 cells and copies
    back, coarse operators with 7-point stencils. Networks of a few hundred weights look at the geometry and the faces
    around each cell and choose its relaxation in each sweep, its share in the correction, and the coarse faces.

    Parameters
    ----------
    weights : str
        One of those that come with sciml (``mixed-2d``, ``mixed-3d``), or the folder of a run of ``sciml train dcdm``.
        auto is what comes with sciml for as many axes; where coefficients jump so much that coarse boxes stand for two
        materials, it is the classical cycle that `Multigrid` would choose, since nothing local that weights could say
        makes up for that (``details["cycle"]`` tells); on a CUDA device it is the learned one in any case.
    dtype : {"float32", "float64"}
        Precision of the cycles.

    Notes
    -----
    M is symmetric and positive definite for all weights. A sweep is the splitting A = N - (N - A) with
    N = D / omega + L, L the part of A from red cells to black ones; N + N' - A = D (2 / omega - 1) > 0 for every
    diagonal omega in (0, 2), so sweeps reduce the energy of any error. The second half of the cycle is the adjoint of
    the first, and between them stands P B P' with B positive semi-definite by induction, since coarse faces are sums
    of faces times positive factors; hence ``I - M A = E* (I - P B P' A) E`` with E that of the first half, and
    ``x' M x > 0``. The proof covers one visit of each coarser level.
    Where the pace would need more than 30 iterations, classical clusters replace the learned cycle for good, and the
    iteration goes on from where it was (``details["ladder"]`` then tells so).

    References
    ----------
    A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for Iteratively
    Solving Linear Systems", ICML 2023 (a network that proposes directions to conjugate gradients).
    A. McAdams, E. Sifakis and J. Teran, "A parallel multigrid Poisson solver for fluids simulation on large grids",
    SCA 2010.

    Examples
    --------
    >>> from sciml.datasets.fields import obstacles
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> system = poisson(Grid((24, 24, 24), mask=obstacles((24, 24, 24))))
    >>> solver = DCDM()
    >>> solver.solve(solver.setup(system.A), system.b).iterations < 10
    True
    """

    weights: str = "auto"
    dtype: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def method(self) -> str:
        """Name on the command line."""
        return "dcdm"

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is no StencilOperator, or two colours do not fit its box."""
        if not isinstance(A, StencilOperator):
            raise InputError(
                f"dcdm needs a stencil on a box, as sciml.pde.poisson builds; A is a {type(A).__name__}, use amg"
            )
        if not two_colours(A.host.stencil):
            raise InputError(
                "dcdm needs an even number of unknowns along periodic axes, the box is "
                f"{' x '.join(str(n) for n in A.grid_shape)}; use multigrid"
            )

    def setup(self, A: Any) -> DCDMState:
        """Build the hierarchy.

        Raises
        ------
        InputError
            If `A` is not a StencilOperator, two colours do not fit the box (on a CUDA device: on all levels), or the
            weights cannot be read.
        """
        self.check(A)
        stencil = A.variable()
        dtype = self.dtype if single_holds(A.host.stencil) else "float64"
        hierarchy: Cycles
        if A.device != "cpu":
            hierarchy = on_device(A, stencil, self.chosen(stencil), dtype)
        elif (plan := plan_of_jumps(stencil) if self.weights == "auto" else None) is None:
            hierarchy = LearnedHierarchy(stencil, self.chosen(stencil), dtype)
        else:
            hierarchy = plan.hierarchy(stencil, dtype) if plan.depth else ClusterHierarchy(stencil, dtype)
        return DCDMState.build(A, hierarchy, lambda: ClusterHierarchy(stencil, dtype))

    def chosen(self, stencil: VariableStencil) -> Weights:
        """The weights for an operator."""
        if self.weights != "auto":
            return load_weights(self.weights)
        axes = sum(bool(c.any()) for c in stencil[:3])  # that couple: a stack of planes has two
        return load_weights("mixed-3d" if axes == 3 else "mixed-2d")

    def solve(
        self, state: DCDMState, b: ArrayLike, x0: ArrayLike | None = None, *, rtol: float = 1e-8, atol: float = 0.0,
        maxiter: int | None = None, callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b to ||b - A x|| <= max(rtol ||b||, atol)."""
        steps: list[dict[str, Any]] = []

        def run(row: Vector, guess: Vector | None) -> Run:
            limit = max(rtol, atol / norm(row)) if atol > 0 else rtol
            monitor = Monitor(limit, maxiter or MAXITER, PATIENCE, callback)
            with state.lock:
                return iterate(state, row, guess, monitor, steps)

        solution = solve_rows(
            state.A, real_array("right-hand side", b), x0, run, method=self.method, rtol=rtol, atol=atol, fresh=False
        )
        ladder = {"ladder": steps} if steps else {}
        return solution.replace(details=solution.details | ladder | {
            "cycle": "learned" if isinstance(state.hierarchy, LearnedHierarchy) else "classical",
            "hierarchy": state.table(),
        })


def on_device(A: StencilOperator, stencil: VariableStencil, weights: Weights, dtype: str) -> LearnedHierarchy:
    """The learned cycle, set up on the CPU and moved to the device of A."""
    hierarchy = LearnedHierarchy(stencil, weights, dtype, masked=False).on_device
    if hierarchy is None:
        raise InputError(
            f"dcdm on {A.device} needs levels of boxes down to a few cells, and those of "
            f"{' x '.join(map(str, A.grid_shape))} end before (an odd number of unknowns along a periodic axis, or "
            "axes that hardly couple); use device cpu"
        )
    return hierarchy


def iterate(
    state: DCDMState, b: Vector, x0: Vector | None, monitor: Monitor, steps: list[dict[str, Any]]
) -> Run:
    """The cycle of boxes as long as it keeps pace, then classical clusters; `steps` is told of the change.

    Sweeps over clusters go row by row, hence not on a device.
    """
    if isinstance(state.hierarchy, ClusterHierarchy) or state.A.device != "cpu":
        return accelerated(state, b, x0, monitor)
    budget = Monitor(monitor.limit, monitor.maxiter, monitor.patience, monitor.callback, BUDGET)
    first = accelerated(state, b, x0, budget)
    done = first.iterations
    if first.status not in (Status.STAGNATED, Status.BREAKDOWN, Status.DIVERGED) or done >= monitor.maxiter:
        return first
    steps.append({
        "method": "dcdm", "status": first.status.value, "iterations": done, "residual": first.history[-1],
    })
    state.hierarchy = state.strengthen()

    def later(iteration: int, residual: float) -> None:
        if monitor.callback is not None:
            monitor.callback(done + iteration, residual)

    start = first.x if first.status is Status.STAGNATED else x0
    rest = accelerated(
        state, b, start, Monitor(monitor.limit, monitor.maxiter - done, monitor.patience, later)
    )
    steps.append({
        "method": "multigrid", "status": rest.status.value, "iterations": rest.iterations,
        "residual": rest.history[-1],
    })
    return rest._replace(history=first.history + rest.history[1:])


def accelerated(state: DCDMState, b: Vector, x0: Vector | None, monitor: Monitor) -> Run:
    """Conjugate gradients in the storage of the cycles."""
    A = state.A
    x = zeros(b) if x0 is None else x0
    status = conjugate(A, state.hierarchy, b, x, monitor, nullspace=state.floating, guess=x0 is not None)
    state.clear_obstacles(x)
    status, details = explained(A, x, b, status, monitor.history[-1])
    return Run(x, status, monitor.history, details, exact=status is Status.CONVERGED and len(monitor.history) > 1)
