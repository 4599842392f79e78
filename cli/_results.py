"""What a finished solve leaves behind: solution, plot, matrix and report, all or none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sciml._atomic import replacing
from sciml.cli._clock import Clock
from sciml.cli._execute import precision
from sciml.cli._report import as_json, peak_memory_bytes, versions
from sciml.cli._task import System, Task
from sciml.kernels import get_threads
from sciml.solvers._solution import Solution

__all__ = ["write_results"]


def write_results(task: Task, system: System, solution: Solution, clock: Clock) -> dict[str, Any]:
    """Write every file asked for and return the report.

    Nothing appears under its final name before everything is on disk.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    settings = task.settings
    writers: dict[Path, Callable[[Path], None]] = {}
    if settings.output is not None:
        writers[settings.output] = lambda path: task.write_solution(path, system, solution)
    if settings.plot is not None:
        writers[settings.plot] = lambda path: task.write_plot(path, system, solution)
    if settings.write_matrix is not None:
        writers[settings.write_matrix] = lambda path: _write_matrix(path, system)
    to_file = settings.report is not None and settings.report != Path("-")
    targets = [*writers, *([settings.report] if to_file and settings.report else [])]
    # A solution that overflowed is written as it is; its residual tells.
    with np.errstate(all="ignore"), replacing(*targets) as partials:
        with clock.measure("io"), clock.measure("write"):
            for write, partial in zip(writers.values(), partials, strict=False):
                write(partial)
        facts = _report(task, system, solution, clock)
        if to_file:
            partials[-1].write_text(as_json(facts) + "\n", encoding="utf-8")
    return facts


def _write_matrix(path: Path, system: System) -> None:
    from scipy.io import mmwrite

    A, active = system.A.tocsr(), getattr(system.A, "active", None)
    if active is not None:
        kept = np.flatnonzero(active.ravel())
        A = A[kept][:, kept]
    with path.open("wb") as file:  # given a name, SciPy would append the suffix to A.MTX
        mmwrite(file, A, comment="unknowns in C order, obstacles left out", symmetry="AUTO")


def _report(task: Task, system: System, solution: Solution, clock: Clock) -> dict[str, Any]:
    settings, details = task.settings, dict(solution.details)
    # The first five are there for every problem and do not overlap; the stages after them are parts of these.
    stages = dict.fromkeys([*("setup", "solve", "compile", "io", "load"), *clock.seconds])
    seconds = {f"{name}_seconds": clock.seconds[name] for name in stages}
    return {
        "method": solution.method,
        "selected_because": solution.selected_because,
        "problem": task.describe(),
        "unknowns": system.A.unknowns,
        "dtype": precision(settings, solution.method),
        "device": settings.device,
        "threads": settings.threads or get_threads(),
        "iterations": solution.iterations,
        "converged": solution.converged,
        "status": solution.status,
        "rtol": settings.rtol,
        "residual": solution.residual,
        "history": solution.history,
        "components": system.components,
        **seconds,
        "total_seconds": clock.total(),
        "peak_memory_bytes": peak_memory_bytes(),
        "title": settings.title,
        "labels": {"u": settings.u_label, "length": settings.length_unit, "flow": settings.flow_unit},
        "atol": settings.atol,
        **task.facts(system, solution),
        "hierarchy": details.pop("hierarchy", None),
        "details": details,
        "versions": versions(),
    }
