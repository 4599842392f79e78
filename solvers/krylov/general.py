"""MINRES and GMRES of SciPy, for systems that are not positive definite."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._arrays import zeros
from sciml.solvers._checks import check_symmetric, check_whole
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import SystemOperator, as_operator
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.krylov.cg import norm, residual_of
from sciml.solvers.krylov.preconditioner import as_apply
from sciml.solvers.krylov.solvers import MAXITER, KrylovState

__all__ = ["GMRES", "MINRES"]

Vector: TypeAlias = NDArray[np.float64]
# correction(r, monitor, size) solves A dx = r as far as one call of SciPy goes
Correction: TypeAlias = Callable[[Vector, Monitor, float], Vector]


def corrected(A: SystemOperator, b: Vector, x0: Vector | None, correction: Correction, monitor: Monitor) -> Run:
    """x += dx until the true residual is small enough; a call that gains less than 1 % ends it.

    SciPy's inner products go through BLAS, whose sums depend on the number of threads; on one
    thread the answer does not.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        return _corrected(A, b, x0, correction, monitor)


def _corrected(A: SystemOperator, b: Vector, x0: Vector | None, correction: Correction, monitor: Monitor) -> Run:
    x, size = zeros(b) if x0 is None else x0, norm(b)
    r = b if x0 is None else residual_of(A, b, x)
    residual = norm(r) / size
    status = Status.CONVERGED if residual <= monitor.limit else None
    while status is None:
        before = residual
        try:
            x = x + correction(r, monitor, size)
        except ValueError:  # SciPy: matrix or preconditioner without the property the method needs
            status = Status.BREAKDOWN
            break
        r = residual_of(A, b, x)
        residual = norm(r) / size
        verdict = monitor.verdict()
        monitor.restart(residual)
        if residual <= monitor.limit:
            status = Status.CONVERGED
        elif verdict is not None or residual > 0.99 * before:
            status = verdict or Status.STAGNATED
    status, details = explained(A, x, b, status, residual)
    return Run(x, status, monitor.history, details)


@dataclass(frozen=True)
class MINRES:
    """Minimal residuals for symmetric, perhaps indefinite or singular A.

    Parameters
    ----------
    preconditioner : str or object, optional
        Symmetric positive definite: None, "jacobi" (of |diagonal|) or as in `PCG`.

    Notes
    -----
    SciPy's test is on ||r|| / ||A|| ||x||; here the true residual is computed each iteration, one
    product more, so that the history is one of ||b - A x|| / ||b||. ``maxiter`` defaults to 10 000.

    References
    ----------
    C. C. Paige and M. A. Saunders, "Solution of sparse indefinite systems of linear equations",
    SIAM J. Numer. Anal. 12, 1975.

    Examples
    --------
    >>> solver = MINRES()
    >>> solution = solver.solve(solver.setup(np.diag([1.0, -2.0])), np.ones(2))
    >>> solution.x.round(12), solution.iterations
    (array([ 1. , -0.5]), 2)
    """

    preconditioner: Any = None
    method: ClassVar[str] = "minres"

    def check(self, A: Any) -> None:
        """Raise InputError if `A` is a matrix that is not symmetric."""
        check_symmetric(self.method, A)

    def setup(self, A: Any) -> KrylovState:
        """Build the preconditioner for `A`."""
        operator = as_operator(A)
        self.check(operator)
        return KrylovState.build(operator, self.preconditioner)

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
        limit_k = MAXITER if maxiter is None else maxiter

        def run(row: Vector, guess: Vector | None) -> Run:
            monitor = Monitor(max(rtol, atol / norm(row)), limit_k, 1000, callback)
            return corrected(state.A, row, guess, lambda r, m, size: _minres(state, r, m, size), monitor)

        return solve_rows(state.A, b, x0, run, method=self.method, rtol=rtol, atol=atol)


@dataclass(frozen=True)
class GMRES:
    """Generalised minimal residuals with restarts, for any A.

    Parameters
    ----------
    preconditioner : str or object, optional
        "ilu" (default: threshold incomplete LU), "jacobi", None, or as in `PCG`. It acts from the
        right, so the history is one of true residuals.
    restart : int
        Iterations between restarts.

    Notes
    -----
    ``maxiter`` defaults to 10 000.

    References
    ----------
    Y. Saad and M. H. Schultz, "GMRES: a generalized minimal residual algorithm", SIAM J. Sci.
    Stat. Comput. 7, 1986.

    Examples
    --------
    >>> solver = GMRES(None)
    >>> solution = solver.solve(solver.setup(np.array([[1.0, 2.0], [0.0, 1.0]])), np.array([3.0, 1.0]))
    >>> solution.x.round(12), solution.status.value
    (array([1., 1.]), 'converged')
    """

    preconditioner: Any = "ilu"
    restart: int = 50
    method: ClassVar[str] = "gmres"

    def __post_init__(self) -> None:
        check_whole("gmres.restart", self.restart)

    def setup(self, A: Any) -> KrylovState:
        """Build the preconditioner for `A`."""
        return KrylovState.build(A, self.preconditioner)

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
        limit_k = MAXITER if maxiter is None else maxiter

        def run(row: Vector, guess: Vector | None) -> Run:
            monitor = Monitor(max(rtol, atol / norm(row)), limit_k, limit_k, callback)
            return corrected(state.A, row, guess, lambda r, m, size: _gmres(state, r, m, size, self.restart), monitor)

        return solve_rows(state.A, b, x0, run, method=self.method, rtol=rtol, atol=atol)


class _Stop(Exception):
    """Leaves SciPy's MINRES with the iterate."""

    def __init__(self, x: Vector) -> None:
        super().__init__()
        self.x = x


def _minres(state: KrylovState, r: Vector, monitor: Monitor, size: float) -> Vector:
    from scipy.sparse.linalg import LinearOperator, minres

    def record(x: Vector) -> None:
        monitor.record(norm(residual_of(state.A, r, x)) / size)
        if monitor.history[-1] <= monitor.limit or monitor.verdict() is not None:
            raise _Stop(np.array(x))

    A = LinearOperator(state.A.shape, matvec=state.A.matvec, dtype=np.float64)
    remaining = monitor.maxiter - len(monitor.history) + 1
    try:
        x, _ = minres(A, r, rtol=0.0, maxiter=remaining, M=state.aspreconditioner(), callback=record)
    except _Stop as stop:
        return stop.x
    return np.asarray(x)


def _gmres(state: KrylovState, r: Vector, monitor: Monitor, size: float, restart: int) -> Vector:
    """One cycle of GMRES on A M u = r; dx = M u."""
    from scipy.sparse.linalg import LinearOperator, gmres

    apply = None if state.M is None else as_apply(state.M)

    def precondition(u: Vector) -> Vector:
        if apply is None:
            return u
        z = np.empty_like(r)
        apply(np.ascontiguousarray(u), z)
        return z if state.A.nullspace is None else state.A.nullspace.project(z)

    first = norm(r)
    product = LinearOperator(state.A.shape, matvec=lambda u: state.A.matvec(precondition(u)), dtype=np.float64)
    u, _ = gmres(
        product, r, rtol=min(0.5, monitor.limit * size / first), maxiter=1,
        restart=max(1, min(restart, monitor.maxiter - len(monitor.history) + 1)),
        callback=lambda residual: monitor.record(float(residual) * first / size), callback_type="pr_norm",
    )
    return precondition(np.asarray(u))
