"""Conjugate gradients for many right-hand sides at once: every product with A and M serves all of them."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import zeros
from sciml.kernels._csr import csr_of
from sciml.kernels._lanes import LANES, padded
from sciml.kernels._stencil import Array
from sciml.kernels.cg_columns import columns_dots, columns_product, columns_renew, columns_residual
from sciml.kernels.csr_matmul import csr_matmul
from sciml.mesh.components import NullSpace
from sciml.solvers._finish import row_norms
from sciml.solvers._monitor import Monitor, explained
from sciml.solvers._operator import EPS, MatrixOperator
from sciml.solvers._run import Run
from sciml.solvers._solution import Callback
from sciml.solvers._status import Status

__all__ = ["pcg_columns"]

DOUBLE: np.dtype[np.floating] = np.dtype(np.float64)
# Iterations that half of the columns wait for the others before they are checked, which costs as much.
PATIENT = 4
# Residuals in single precision are recomputed in float64 whenever one has fallen by this factor, of which rounding
# leaves 1e-3 at most. It costs a third of an iteration.
RENEW = 1e-4
# Rows transposed at a time.
PIECE = 1024

Columns: TypeAlias = NDArray[np.float64]


def pcg_columns(
    A: MatrixOperator,
    b: Columns,
    M: Callable[[Array], Array],
    x0: Columns | None = None,
    *,
    dtype: np.dtype[np.floating] = DOUBLE,
    rtol: float = 1e-8,
    atol: float = 0.0,
    maxiter: int = 200,
    patience: int = 50,
    callback: Callback | None = None,
) -> list[Run]:
    """Solve A x = b for several b, each with step lengths of its own.

    Parameters
    ----------
    A : MatrixOperator, shape (n, n)
    b : ndarray of float64, shape (k, n)
        Right-hand sides, none of them zero, projected on the floating components of A.
    M : callable
        ``M(R)`` approximates A^-1 R for columns R (n, k) of `dtype`; what it returns, of the same dtype, is
        overwritten here and by its next call.
    dtype : dtype
        Precision of M.
    x0 : ndarray of float64, shape (k, n), optional
    rtol, atol, maxiter, patience
        As in `pcg`.
    callback : callable, optional
        Called with the largest residual of those still iterated.

    Notes
    -----
    Residuals, directions p and A p are stored in `dtype`, iterates in float64. What rounding adds to a residual of
    size 1 does not get smaller with it, so the residuals are renewed on the way; the directions are kept, and the
    iteration goes on as if nothing had happened.

    Examples
    --------
    >>> from sciml.solvers._operator import as_operator
    >>> runs = pcg_columns(as_operator(np.diag([1.0, 2.0, 4.0])), np.eye(2, 3) + 1, np.copy)
    >>> [run.status.value for run in runs], np.round(runs[1].x, 12).tolist()
    (['converged', 'converged'], [1.0, 1.0, 0.25])
    """
    sizes = row_norms(b)
    monitors = [Monitor(max(rtol, atol / size), maxiter, patience) for size in sizes]
    iteration = _Iteration(A, M, b, x0, sizes, dtype)
    _start(iteration, monitors)
    while iteration.active.any():
        residuals = iteration.step()
        if callback is not None:
            callback(iteration.count, float(np.nanmax(residuals, initial=0.0)))
        _judge(iteration, monitors, residuals)
    return [_run(A, iteration, monitors[k], k, b[k]) for k in range(len(b))]


class _Iteration:
    """Columns scaled to norm 1, so cycles in single precision need no care, and zeros that fill the lanes.

    active : which are still iterated; the others stand still until whole lanes can be taken out
    alpha : steps that x still lacks
    kept : columns whose next direction is to be conjugate to the last one
    ids : columns of the caller
    finished : x and status by column
    """

    def __init__(
        self, A: MatrixOperator, M: Callable[[Array], Array], b: Columns, x0: Columns | None, sizes: Columns,
        dtype: np.dtype[np.floating],
    ) -> None:
        self.A, self.nullspace = csr_of(A.csr), A.nullspace
        self.M, self.sizes = M, sizes
        self.b = padded(np.divide(b.T, sizes, order="C"))
        self.x = zeros(self.b) if x0 is None else padded(np.divide(x0.T, sizes, order="C"))
        self.r = (self.b if x0 is None else self.residual(self.b, self.x)).astype(dtype)
        self.p, self.q = zeros(self.r), np.empty_like(self.r)
        self.ids = np.arange(self.b.shape[1])
        self.active = self.ids < len(sizes)
        self.alpha, self.rz, self.kept = np.zeros(len(self.ids)), np.ones(len(self.ids)), np.zeros(len(self.ids), bool)
        self.true = np.ones(len(self.ids))
        self.last_true = np.full(len(sizes), np.inf)
        self.finished: dict[int, tuple[Columns, Status]] = {}
        self.count = self.waited = 0

    def residual(self, b: Columns, x: Columns) -> Columns:
        r: Columns = np.asarray(csr_matmul(self.A, x, b=b, scale=-1.0), dtype=np.float64)
        projected(self.nullspace, r)
        return r

    def step(self) -> Columns:
        """One iteration of all columns; returns their relative residuals, NaN where a direction was useless."""
        z = projected(self.nullspace, self.M(self.r))
        rz = columns_dots(z, self.r)
        beta = np.where(self.kept, rz / self.rz, 0.0)
        columns_renew(self.alpha, beta, z, self.p, self.x)
        pq = columns_product(self.A, self.p, self.q)
        self.kept = sound = self.active & (rz > 0) & (pq > 0) & np.isfinite(rz) & np.isfinite(pq)
        self.rz = np.where(sound, rz, 1.0)
        self.alpha = np.where(sound, rz, 0.0) / np.where(sound, pq, 1.0)
        self.count += 1
        return np.where(sound, np.sqrt(columns_residual(self.alpha, self.q, self.r)), np.nan)

    def renew(self, residuals: Columns) -> None:
        """Replace all residuals by true ones when one of these has fallen by far since that was last done."""
        if self.r.dtype == DOUBLE or not (residuals < RENEW * self.true)[self.active].any():
            return
        self._catch_up(self.alpha)
        self.r[...] = r = self.residual(self.b, self.x)
        self.true = column_norms(r)

    def settle(self, where: NDArray[np.int64]) -> Columns:
        """Bring some columns of x up to date and restart them from the true residual.

        Returns the norms of their residuals.
        """
        weight = np.zeros_like(self.alpha)
        weight[where] = self.alpha[where]
        self._catch_up(weight)
        self.kept[where] = False
        if len(where) == np.count_nonzero(self.active):
            self.r[...] = r = self.residual(self.b, self.x)
            self.true = column_norms(r)
            return self.true[where]
        b, x = self.b[:, where], self.x[:, where]
        self.r[:, where] = r = self.residual(np.ascontiguousarray(b), np.ascontiguousarray(x))
        self.true[where] = column_norms(r)
        return self.true[where]

    def _catch_up(self, steps: Columns) -> None:
        """The part `steps` of the steps that x lacks."""
        columns_renew(steps, np.zeros_like(steps), self.p, self.p, self.x)  # x += steps p, p as it is
        self.alpha = self.alpha - steps

    def answers(self, where: NDArray[np.int64]) -> Columns:
        """Some columns of x as rows in the units of the caller, moved in pieces that fit into cache."""
        factors = self.sizes[self.ids[where], None]
        answers = np.empty((len(where), len(self.x)))
        for lo in range(0, len(self.x), PIECE):
            np.multiply(self.x[lo : lo + PIECE, where].T, factors, out=answers[:, lo : lo + PIECE])
        return answers

    def finish(self, ends: dict[int, Status]) -> None:
        """Keep the answers of some columns with how they ended, and go on without them."""
        where = np.array(list(ends), dtype=np.int64)
        for k, x in zip(where.tolist(), self.answers(where), strict=True):
            self.finished[int(self.ids[k])] = x, ends[k]
        self.active[where] = False
        count = np.count_nonzero(self.active)
        if not 0 < count <= len(self.ids) - LANES:
            return
        left = np.sort(np.argsort(~self.active, kind="stable")[: count + -count % LANES])
        self.b, self.x, self.r, self.p, self.q = (
            np.take(v, left, axis=1) for v in (self.b, self.x, self.r, self.p, self.q)
        )
        self.ids, self.active, self.kept = self.ids[left], self.active[left], self.kept[left]
        self.alpha, self.rz, self.true = self.alpha[left], self.rz[left], self.true[left]


def column_norms(r: Array) -> Columns:
    """Seldom needed, so not worth a compiled variant."""
    return np.asarray(np.sqrt(np.einsum("ik,ik->k", r, r, dtype=np.float64)))


def projected(nullspace: NullSpace | None, columns: Array) -> Array:
    """The columns without their means on floating components, in place."""
    if nullspace is not None:
        for k in range(columns.shape[1]):
            columns[:, k] = nullspace.project(np.array(columns[:, k], dtype=np.float64))
    return columns


def _start(iteration: _Iteration, monitors: list[Monitor]) -> None:
    """Take out the columns whose guess is good enough."""
    residuals = column_norms(iteration.r).tolist()
    for monitor, residual in zip(monitors, residuals, strict=False):  # the rest fills the lanes
        monitor.start = max(1.0, residual)
    good = [column for column, monitor in enumerate(monitors) if residuals[column] <= monitor.limit]
    iteration.finish(dict.fromkeys(good, Status.CONVERGED))


def _judge(iteration: _Iteration, monitors: list[Monitor], residuals: Columns) -> None:
    """Record the residuals; check and take out columns that are through: all at once, or half that wait for long."""
    places = np.flatnonzero(iteration.active)
    columns = iteration.ids[places].tolist()
    verdicts = [
        _verdict(monitors[column], residual)
        for column, residual in zip(columns, residuals[places].tolist(), strict=True)
    ]
    through = [k for k, verdict in enumerate(verdicts) if verdict is not None]
    iteration.waited = iteration.waited + 1 if 2 * len(through) >= len(verdicts) else 0
    if len(through) < len(verdicts) and iteration.waited < PATIENT:
        iteration.renew(residuals)
        return
    ends = {}
    for k, true in zip(through, iteration.settle(places[through]).tolist(), strict=True):
        column = columns[k]
        ends[k] = _settled(monitors[column], verdicts[k], true, iteration.last_true[column])
        iteration.last_true[column] = true
    iteration.finish({int(places[k]): status for k, status in ends.items() if status is not None})


def _verdict(monitor: Monitor, residual: float) -> Status | None:
    """Whether a column is through; one that claims to be is no longer recorded and waits for the others."""
    limit = max(monitor.limit, 0.01 * EPS)
    if monitor.history[-1] <= limit:
        return Status.CONVERGED
    if not np.isfinite(residual):
        return Status.BREAKDOWN
    monitor.record(residual)
    return Status.CONVERGED if residual <= limit else monitor.verdict()


def _settled(monitor: Monitor, verdict: Status | None, true: float, last_true: float) -> Status | None:
    """How a column ends whose true residual is known, or None when it goes on from there."""
    if len(monitor.history) > 1:
        monitor.restart(true)
    if true <= monitor.limit:
        return Status.CONVERGED
    if verdict is not Status.CONVERGED:
        return verdict
    if len(monitor.history) > monitor.maxiter:
        return Status.MAX_ITERATIONS
    return Status.STAGNATED if true > 0.5 * last_true else None


def _run(A: MatrixOperator, iteration: _Iteration, monitor: Monitor, column: int, b: Columns) -> Run:
    x, status = iteration.finished[column]
    status, details = explained(A, x, b, status, monitor.history[-1])
    exact = status is Status.CONVERGED and len(monitor.history) > 1
    return Run(x, status, monitor.history, details, exact)
