"""Run a task: read, assemble, solve, each timed on its own."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from sciml._arrays import to_device, to_host
from sciml.cli._clock import Clock
from sciml.cli._compiling import Compilations, watch_compilation
from sciml.cli._loading import load_libraries, wake_kernels
from sciml.cli._progress import Monitor
from sciml.cli._second_compiler import second_compiler
from sciml.cli._settings import Settings
from sciml.cli._task import Guess, System, Task
from sciml.kernels import threads
from sciml.pde.matrix_system import MatrixSystem
from sciml.solvers._auto import Rung, plan
from sciml.solvers._ladder import climb_down
from sciml.solvers._operator import as_operator
from sciml.solvers._solution import Solution
from sciml.solvers._solve import solve
from sciml.solvers._table import options
from sciml.solvers._warnings import SolverWarning

__all__ = ["execute", "on_device", "precision", "rungs", "use_threads"]


def execute(task: Task, clock: Clock, progress: Monitor) -> tuple[Any, Solution]:
    """Solve a problem.

    Parameters
    ----------
    task : Task
        Checked settings.
    clock : Clock
        Receives the seconds of ``load`` (libraries and cached kernels), ``io``, ``setup``, ``solve`` and
        ``compile``; set-up and solve without the time in which kernels were compiled.
    progress : Monitor
        Told about phases and iterations.
    """
    settings = task.settings

    def announce() -> None:
        progress.note("compiling kernels, once (cached on disk for later runs)")
        help_compiling()

    with (
        use_threads(settings.threads),
        _warnings_to(progress),
        np.errstate(all="ignore"),  # the recomputed residual tells whether numbers overflowed
        second_compiler(settings) as help_compiling,
        watch_compilation(announce) as compiled,
    ):
        with clock.measure("load"):
            wake_kernels()
        begin, read_before = perf_counter(), clock.seconds.get("io", 0.0)
        progress.stage("reading and assembling")
        system, x0 = task.assemble(clock)
        here, x0 = on_device(system, settings), to_device(x0) if settings.device != "cpu" else x0
        assembled = perf_counter()
        steps = rungs(here, settings)
        with clock.measure("load"):
            load_libraries(steps[0].method)
        if precision(settings, steps[0].method) != settings.dtype:
            progress.note(f"warning: {steps[0].method} has no {settings.dtype} variant; it runs in float64")
        progress.release()
        progress.stage("solving")
        start = perf_counter()
        solution = _solve(here, x0, steps, settings, progress)
        solution = solution.replace(x=to_host(solution.x))
        end = perf_counter()
        if settings.guess is not None and settings.report is not None:
            solution = _compared(solution, here, steps, settings, compiled)
    solving = end - solution.solve_seconds
    reading = clock.seconds["io"] - read_before
    assembly = assembled - begin - reading - clock.seconds.get("guess", 0.0) - compiled.seconds(begin, assembled)
    clock.seconds["setup"] = max(0.0, assembly + solution.setup_seconds - compiled.seconds(start, solving))
    clock.seconds["solve"] = max(0.0, solution.solve_seconds - compiled.seconds(solving, end))
    clock.seconds["compile"] = compiled.seconds()
    return system, solution


def on_device(system: Any, settings: Settings) -> Any:
    """The system on the device of the settings; itself on the CPU."""
    return system if settings.device == "cpu" else system.to(settings.device)


def rungs(system: System, settings: Settings) -> list[Rung]:
    """The methods that would run, best first, with the options set for each; one if it was named."""
    if settings.method != "auto":
        return [Rung(settings.method, _options(settings.method, settings, system), "chosen by the caller")]
    return [rung._replace(options=_options(rung.method, settings, system)) for rung in plan(as_operator(system.A))]


def precision(settings: Settings, method: str) -> str:
    """The precision a method runs in: the one asked for where it has a choice, else float64."""
    return settings.dtype if "dtype" in options(method) else "float64"


@contextmanager
def use_threads(n: int | None) -> Iterator[None]:
    """Run kernels, transforms and BLAS on `n` threads; None leaves them on the usable cores."""
    with ExitStack() as stack:
        stack.enter_context(threads(n))
        if n is not None:
            import scipy.linalg  # noqa: F401  only a BLAS that is loaded already can be limited
            from threadpoolctl import threadpool_limits

            stack.enter_context(threadpool_limits(n, user_api="blas"))
        yield


def _solve(
    system: System, x0: Guess, steps: list[Rung], settings: Settings, progress: Monitor
) -> Solution:
    limits: dict[str, Any] = {"rtol": settings.rtol, "atol": settings.atol, "callback": progress}
    if settings.method == "auto":
        return climb_down(steps, as_operator(system.A), system.b, x0, settings.maxiter, **limits)
    return solve(system.A, system.b, steps[0].solver(), x0=x0, maxiter=settings.maxiter, **limits)


def _compared(
    solution: Solution, system: System, steps: list[Rung], settings: Settings, compiled: Compilations
) -> Solution:
    """The solution with what the same solve costs from zero: a second one, untold."""
    begin = perf_counter()
    zero = _solve(system, None, steps, settings, Monitor(settings.rtol))
    seconds = zero.solve_seconds - compiled.seconds(begin)
    facts = {"iterations_zero_guess": zero.iterations, "solve_seconds_zero_guess": max(0.0, seconds)}
    return solution.replace(details=solution.details | {"zero_guess": facts})


def _options(method: str, settings: Settings, system: System) -> dict[str, object]:
    """Options set for a method; precision and the near-null space of a file go to those that take them."""
    given = dict(settings.options.get(method, {}))
    if settings.dtype == precision(settings, method) == "float32":
        given.setdefault("dtype", "float32")
    if settings.weights is not None and method == "dcdm":
        given.setdefault("weights", str(settings.weights))
    vectors = system.near_nullspace if isinstance(system, MatrixSystem) else None
    takes = "near_nullspace" in options(method) and given.get("kind") != "ruge_stuben"  # which is for constants
    if vectors is not None and takes:
        given.setdefault("near_nullspace", vectors)
    return given


@contextmanager
def _warnings_to(progress: Monitor) -> Iterator[None]:
    """Show warnings of solvers as lines among the progress; those of libraries are for debugging only."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", SolverWarning)

        def show(message: Warning | str, category: type[Warning], *place: object) -> None:
            if issubclass(category, SolverWarning):
                progress.note(f"warning: {message}")
            else:
                logging.getLogger("sciml.cli").debug("%s: %s", category.__name__, message)

        warnings.showwarning = show  # type: ignore[assignment]
        yield
