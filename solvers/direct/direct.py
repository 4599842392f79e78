"""Direct solution with refinement."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sciml._errors import InputError
from sciml.solvers._checks import check_choices
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import MatrixFreeOperator, MatrixOperator, SystemOperator, as_operator
from sciml.solvers._run import Run, solve_rows
from sciml.solvers._solution import Callback, Solution
from sciml.solvers._status import Status
from sciml.solvers.direct.factor import Backend, Factor, SingularMatrixError, factorise, installed_backend
from sciml.solvers.krylov.cg import norm, residual_of
from sciml.solvers.krylov.preconditioner import linear_operator

__all__ = ["Direct", "DirectState"]


class DirectState(NamedTuple):
    """Factor of A without inactive rows and without one cell of each floating component.

    A : operator
    kept : (m,) indices of the rows that were factorised
    factor : function, None when a pivot vanished
    backend : library that ran
    """

    A: SystemOperator
    kept: NDArray[np.int64]
    factor: Factor | None
    backend: str

    def apply(self, r: NDArray[np.float64], z: NDArray[np.float64]) -> None:
        """z = A^-1 r; on floating components, the solution of zero mean."""
        assert self.factor is not None
        z[...] = 0.0
        z[self.kept] = self.factor(r[self.kept])
        if self.A.nullspace is not None:
            self.A.nullspace.project(z)

    def aspreconditioner(self) -> Any:
        """A^-1 for SciPy's solvers."""
        return linear_operator(self.apply, self.A.shape[0])

_SINGULAR = "A is singular: its factorisation met a pivot of 0. Some b have solutions, which minres or gmres may find."
_NEARLY_SINGULAR = (
    "Refinement does not reduce the residual: A is singular, or so nearly that float64 cannot tell, and b may have no "
    "solution."
)


@dataclass(frozen=True)
class Direct:
    """Sparse LU or Cholesky factorisation, refined until the tolerance is met.

    Parameters
    ----------
    backend : {"auto", "superlu", "cholmod", "pardiso"}
        Library; auto takes CHOLMOD (positive definite) or PARDISO when installed, else SuperLU.

    Notes
    -----
    On a floating component the matrix is singular: one cell is pinned to 0, the consistent
    system is solved, and the mean is removed. ``iterations`` counts the solve and the refinements
    (``maxiter`` defaults to 10).

    Examples
    --------
    >>> solver = Direct()
    >>> solution = solver.solve(solver.setup(np.array([[2.0, 1.0], [1.0, 3.0]])), np.array([3.0, 4.0]))
    >>> solution.x, solution.iterations
    (array([1., 1.]), 1)
    """

    backend: Backend = "auto"
    method: ClassVar[str] = "direct"

    def __post_init__(self) -> None:
        check_choices(self)

    def setup(self, A: Any) -> DirectState:
        """Factorise.

        Raises
        ------
        InputError
            For an operator that only knows products.
        """
        operator = as_operator(A)
        if isinstance(operator, MatrixFreeOperator):
            raise InputError(
                "method direct needs the entries of A and a LinearOperator gives products only; use cg, minres or gmres"
            )
        kept = _regular_rows(operator)
        matrix = operator.tocsr()[kept][:, kept]
        positive = is_symmetric(operator) and bool(np.all(matrix.diagonal() > 0))
        for backend, trusts_diagonal in _attempts(self.backend, positive):
            try:
                factor = factorise(matrix, backend, trusts_diagonal) if len(kept) else np.copy
                return DirectState(operator, kept, factor, backend)
            except SingularMatrixError:
                continue
        return DirectState(operator, kept, None, backend)

    def solve(
        self,
        state: DirectState,
        b: ArrayLike,
        x0: ArrayLike | None = None,
        *,
        rtol: float = 1e-8,
        atol: float = 0.0,
        maxiter: int | None = None,
        callback: Callback | None = None,
    ) -> Solution:
        """Solve A x = b; see `sciml.solvers.solve`."""

        def run(row: NDArray[np.float64], guess: NDArray[np.float64] | None) -> Run:
            limit = max(rtol, atol / norm(row))
            return refine(state, row, guess, Monitor(limit, 10 if maxiter is None else maxiter, 1, callback))

        return solve_rows(state.A, b, x0, run, method=self.method, rtol=rtol, atol=atol)


def refine(state: DirectState, b: NDArray[np.float64], x0: NDArray[np.float64] | None, monitor: Monitor) -> Run:
    """x += A^-1 (b - A x) until the residual is small enough or stops falling."""
    x, size = np.zeros_like(b) if x0 is None else x0, norm(b)
    details: dict[str, Any] = {"backend": state.backend}
    if state.factor is None:
        return Run(x, Status.BREAKDOWN, monitor.history, details | {"singular": True, "note": _SINGULAR})
    r = b if x0 is None else residual_of(state.A, b, x)
    status = Status.CONVERGED if norm(r) / size <= monitor.limit else None
    correction = np.empty_like(b)
    while status is None:
        state.apply(r, correction)
        x = x + correction
        r = residual_of(state.A, b, x)
        monitor.record(norm(r) / size)
        status = Status.CONVERGED if monitor.history[-1] <= monitor.limit else monitor.verdict()
    status, facts = explained(state.A, x, b, status, monitor.history[-1])
    if status in (Status.STAGNATED, Status.DIVERGED):
        facts["note"] = _NEARLY_SINGULAR
    return Run(x, status, monitor.history, details | facts)


def _attempts(backend: Backend, positive: bool) -> list[tuple[Backend, bool]]:
    """Libraries and whether to take pivots from the diagonal, which fails on indefinite matrices."""
    first = installed_backend(positive) if backend == "auto" else backend
    if backend in ("cholmod", "pardiso") or not positive:
        return [(first, positive)]
    return [(first, True), ("superlu", False)]


def is_symmetric(A: SystemOperator) -> bool:
    """Stencils are; matrices are looked at."""
    return not isinstance(A, MatrixOperator) or A.is_symmetric


def _regular_rows(A: Any) -> NDArray[np.int64]:
    """Active rows without one (the first) cell of each floating component."""
    keep = np.ones(A.shape[0], dtype=bool)
    if getattr(A, "active", None) is not None:
        keep &= A.active.ravel()
    if A.nullspace is not None:
        cells, starts = A.nullspace.cells, A.nullspace.starts
        keep[0 if cells is None or starts is None else cells[starts]] = False
    return np.flatnonzero(keep)
