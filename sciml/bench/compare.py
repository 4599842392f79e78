"""Timing of several methods on one problem: alternating runs, set-up and solve apart, true residuals."""

import gc
import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.bench.problem import Problem
from sciml.bench.settings import Settings
from sciml.bench.tables import Row, Table

__all__ = ["Answer", "Contender", "compare", "missing", "ours", "ours_auto"]

# A method that has used this many seconds is not run again: its time no longer hides in noise.
BUDGET = 20.0
# Runs of a method whose repeats have not filled `Settings.seconds`.
MOST = 20

_log = logging.getLogger("sciml.bench")


class Answer(NamedTuple):
    """What a solve returns.

    x : solution over the used rows, or on the box
    iterations : cycles or preconditioner applications; 1 for direct methods
    """

    x: NDArray[np.float64]
    iterations: int


@dataclass(frozen=True)
class Contender:
    """A method as the runner sees it.

    Parameters
    ----------
    name : str
        Label in tables.
    setup : callable
        ``setup(problem)`` does what depends on the matrix only.
    solve : callable
        ``solve(state, problem, rtol)`` returns an `Answer`.
    prepare : callable
        ``prepare(problem)`` copies the problem into the method's own format, untimed; `setup` and `solve` are then
        given the copy.
    compiles : bool
        Whether the first run includes compilation; that run is then not timed.
    absent : str
        Why it cannot run here; its row then says so.
    """

    name: str
    setup: Callable[[Any], Any]
    solve: Callable[[Any, Any, float], Answer]
    prepare: Callable[[Problem], Any] = field(default=lambda problem: problem)
    compiles: bool = False
    absent: str = ""


@dataclass
class _Record:
    """Measurements of one contender."""

    contender: Contender
    prepared: Any = None
    setup: list[float] = field(default_factory=list)
    solve: list[float] = field(default_factory=list)
    answer: Answer | None = None
    failure: str = ""

    @property
    def spent(self) -> float:
        return sum(self.setup) + sum(self.solve)

    def warm_up(self, problem: Problem, rtol: float) -> None:
        """Convert, and compile by a run that is not counted."""
        if self.failure:
            return
        try:
            self.prepared = self.contender.prepare(problem)
        except Exception as error:
            self._failed(problem, error)
        if self.contender.compiles:
            self.attempt(problem, rtol)
            self.setup.clear()
            self.solve.clear()

    def attempt(self, problem: Problem, rtol: float) -> None:
        """One timed run; a method that fails is a result, not the end of the case."""
        try:
            # Warnings are kept from the terminal: the row says how it went.
            with _undisturbed(), warnings.catch_warnings(record=True):
                begin = time.perf_counter()
                state = self.contender.setup(self.prepared)
                ready = time.perf_counter()
                self.answer = self.contender.solve(state, self.prepared, rtol)
                end = time.perf_counter()
        except Exception as error:
            self._failed(problem, error)
            return
        self.setup.append(ready - begin)
        self.solve.append(end - ready)
        _log.info("%s on %s: %.3g + %.3g s", self.contender.name, problem.name, ready - begin, end - ready)

    def _failed(self, problem: Problem, error: Exception) -> None:
        self.failure = " ".join(f"failed: {type(error).__name__}: {error}".split())[:120]
        _log.warning("%s on %s %s", self.contender.name, problem.name, self.failure)


def missing(name: str, why: str = "not installed") -> Contender:
    """A row for a method that cannot run here.

    Examples
    --------
    >>> missing("hypre").absent
    'not installed'
    """
    return Contender(name, _unused, _unused, absent=why)


def _unused(*given: Any) -> Any:
    raise AssertionError("an absent method is never run")


def ours(
    method: str, options: Mapping[str, Any] | None = None, label: str = "", count: int | None = None
) -> Contender:
    """A solver of this package by its name on the command line, on `count` threads instead of those of the settings.

    Examples
    --------
    >>> ours("cg").name
    'sciml cg'
    """
    from sciml.kernels import threads
    from sciml.solvers import configure

    solver = configure(method, options)

    def setup(problem: Problem) -> Any:
        with threads(count):
            return solver.setup(problem.A)

    def run(state: Any, problem: Problem, rtol: float) -> Answer:
        with threads(count):
            solution = solver.solve(state, problem.b, rtol=rtol)
        return Answer(solution.x, solution.iterations)

    return Contender(label or f"sciml {method}", setup, run, compiles=True)


def ours_auto() -> Contender:
    """The method `solve` chooses by itself; choosing counts as solving.

    Examples
    --------
    >>> ours_auto().name
    'sciml auto'
    """
    from sciml.solvers import solve

    def run(state: None, problem: Problem, rtol: float) -> Answer:
        solution = solve(problem.A, problem.b, rtol=rtol)
        return Answer(solution.x, solution.iterations)

    return Contender("sciml auto", lambda problem: None, run, compiles=True)


def compare(contenders: Sequence[Contender], problem: Problem, settings: Settings) -> Table:
    """Run all contenders on one problem and tabulate medians.

    Parameters
    ----------
    contenders : sequence of Contender
        Run in this order, round after round, so that drifts of the machine hit all alike.
    problem : Problem
        System and right-hand side.
    settings : Settings
        Repeats, threads, tolerance.

    Returns
    -------
    Table
        One row a contender: seconds of set-up and solve, iterations, true residual, and the total as a multiple of
        the fastest converged one.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> table = compare([ours("direct")], Problem("line", poisson(Grid((50,)))), Settings(repeats=1))
    >>> table.rows[0]["method"], table.rows[0]["status"]
    ('sciml direct', 'converged')
    """
    from sciml.kernels import threads

    assert problem.matrix.nnz > 0  # built here, outside every timing
    records = [_Record(contender, failure=contender.absent) for contender in contenders]
    with threads(settings.threads):
        for record in records:
            record.warm_up(problem, settings.rtol)
        for runs in range(max(settings.repeats, MOST)):
            for record in records:
                limit = BUDGET if runs < settings.repeats else settings.seconds
                if not record.failure and record.spent < limit:
                    record.attempt(problem, settings.rtol)
    rows = [_row(record, problem, settings.rtol) for record in records]
    _add_ratios(rows)
    return Table(f"{problem.name}, {len(problem.rhs)} unknowns", rows)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage collection in the middle of a timing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _row(record: _Record, problem: Problem, rtol: float) -> Row:
    row: Row = {"method": record.contender.name}
    if record.failure or record.answer is None:
        return row | {"status": record.failure}
    residual = problem.residual(record.answer.x)
    row |= {"setup_seconds": median(record.setup), "solve_seconds": median(record.solve)}
    row["total_seconds"] = median(a + b for a, b in zip(record.setup, record.solve, strict=True))
    row |= {"iterations": record.answer.iterations, "residual": residual, "runs": len(record.setup)}
    return row | {"status": "converged" if residual <= rtol * (1 + 1e-6) else "missed the tolerance"}


def _add_ratios(rows: list[Row]) -> None:
    """Total time as a multiple of the fastest method that converged."""
    totals = [row["total_seconds"] for row in rows if row["status"] == "converged"]
    fastest = min((t for t in totals if isinstance(t, float)), default=None)
    for row in rows:
        total = row.get("total_seconds")
        if fastest and isinstance(total, float):
            row["times_fastest"] = total / fastest
