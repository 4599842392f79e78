"""Conjugate directions that any function proposes: the iteration of the deep conjugate direction method."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import doubles
from sciml.kernels.dots import dots
from sciml.solvers._checks import check_symmetric, check_whole
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import EPS, SystemOperator, as_operator
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import norm, residual_of
from sciml.solvers.krylov.preconditioner import as_apply
from sciml.solvers.krylov.solvers import MAXITER, KrylovState

__all__ = ["Directions"]

Vector: TypeAlias = NDArray[np.float64]
Proposal: TypeAlias = Callable[[Vector], Vector]


@dataclass(frozen=True)
class Directions:
    """Search along directions f(r / ||r||), made conjugate to the last ones, for any function f.

    Parameters
    ----------
    model : object
        f, which is given residuals of norm 1 and only decides about the speed: anything `PCG` takes as a
        preconditioner, a trained network as ``NetworkDirections(model)`` of `sciml.models.dcdm`, or None for the
        residual itself.
    directions : int
        Directions that a new one is made conjugate to: 0 is steepest descent in the energy norm; with 1 and a linear
        symmetric f it is PCG.
    patience : int
        Iterations without a new minimum of the residual that count as stagnation.

    Notes
    -----
    With the kept pairs (p, A p), newest first::

        q = f(r / ||r||);  q -= p (q . A p) / (p . A p) for each;  x += q (q . r) / (q . A q)

    The step is the best along q in the energy norm of the error, which therefore falls whatever f is. Where f gives no
    direction of descent (q . A q <= 0, q . r = 0, or values that are not finite) the residual takes its place; the
    details of the solution count such steps as ``replaced``. r follows by r -= A q (q . r) / (q . A q), one product
    an iteration where the published code has two, and is recomputed before success is reported. ``maxiter`` defaults
    to 10 000.

    References
    ----------
    A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for
    Iteratively Solving Linear Systems", ICML 2023.

    Examples
    --------
    >>> solver = Directions(lambda r, z: np.copyto(z, r / [1.0, 2.0]))
    >>> solver.solve(solver.setup(np.diag([1.0, 2.0])), np.ones(2)).iterations
    1
    """

    model: Any
    directions: int = 2
    patience: int = 1000
    method: ClassVar[str] = "directions"

    def __post_init__(self) -> None:
        check_whole("directions.directions", self.directions, 0)
        check_whole("directions.patience", self.patience)

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is a matrix that is not symmetric."""
        check_symmetric(self.method, A)

    def setup(self, A: Any) -> KrylovState:
        """Prepare f for `A`."""
        operator = as_operator(A)
        self.check(operator)
        return KrylovState.build(operator, self.model)

    def solve(
        self,
        state: KrylovState,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""
        propose = proposal(state)

        def run(row: Vector, guess: Vector | None) -> Run:
            limit = max(rtol, atol / norm(row))
            monitor = Monitor(limit, MAXITER if maxiter is None else maxiter, self.patience, callback)
            return search(state.A, propose, row, guess, self.directions, monitor)

        return solve_rows(state.A, b, x0, run, method=self.method, rtol=rtol, atol=atol)


class Direction(NamedTuple):
    """q with A q, q . A q and q . r, and the cosine of the angle between q and r."""

    q: Vector
    Aq: Vector
    curvature: float
    slope: float
    cosine: float

    @property
    def descends(self) -> bool:
        """Whether a step along q reduces the energy of the error beyond rounding."""
        return 0 < self.curvature < inf and EPS < abs(self.cosine) < inf


def proposal(state: KrylovState) -> Proposal:
    """The function r -> f(r / ||r||), 0 where there is no unknown and of mean 0 on floating components."""
    apply = None if state.M is None else as_apply(state.M)
    active, nullspace = getattr(state.A, "active", None), state.A.nullspace

    def propose(r: Vector) -> Vector:
        unit = r / norm(r)
        q = unit if apply is None else np.empty_like(r)
        if apply is not None:
            apply(unit, q)
        if active is not None:
            np.copyto(q, 0.0, where=~active.ravel())
        return q if nullspace is None else nullspace.project(q)

    return propose


def search(
    A: SystemOperator, propose: Proposal, b: Vector, x0: Vector | None, directions: int, monitor: Monitor
) -> Run:
    """The iteration for one right-hand side."""
    size, replaced = norm(b), 0
    x = np.zeros_like(b) if x0 is None else x0
    r = b.copy() if x0 is None else residual_of(A, b, x)
    residual, last_true = norm(r) / size, inf
    monitor.start = max(1.0, residual)
    status = Status.CONVERGED if residual <= monitor.limit else None
    kept: deque[Direction] = deque(maxlen=directions)
    while status is None:
        step = direction(A, propose(r), r, kept)
        if not step.descends:
            step, replaced = direction(A, r.copy(), r, kept), replaced + 1
        if not step.descends:
            status = Status.BREAKDOWN
            break
        alpha = step.slope / step.curvature
        x += alpha * step.q
        r -= alpha * step.Aq
        kept.appendleft(step)
        monitor.record(norm(r) / size)
        status = monitor.verdict()
        # below EPS the recurrence has nothing left to say about b - A x
        if monitor.history[-1] <= max(monitor.limit, 0.01 * EPS):
            r = residual_of(A, b, x)
            true = norm(r) / size
            monitor.restart(true)
            if true <= monitor.limit:
                status = Status.CONVERGED
            elif true > 0.5 * last_true:
                status = Status.STAGNATED
            last_true = true
    status, details = explained(A, x, b, status, monitor.history[-1])
    exact = status is Status.CONVERGED and len(monitor.history) > 1
    return Run(x, status, monitor.history, details | ({"replaced": replaced} if replaced else {}), exact=exact)


def direction(A: SystemOperator, q: Vector, r: Vector, kept: Iterable[Direction]) -> Direction:
    """`q`, overwritten by its part that is conjugate to `kept`.

    One after the other with the running q, as in modified Gram-Schmidt: in exact arithmetic the same as all at once,
    since the kept ones are conjugate to each other.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # values that are not finite end in one that does not descend
        for old in kept:
            q -= old.q * (dots(q, old.Aq, q)[0] / old.curvature)
        Aq = doubles(A.matvec(q))
    curvature, slope = dots(q, Aq, r)
    length = norm(q) * norm(r)
    return Direction(q, Aq, curvature, slope, slope / length if length > 0 else 0.0)
