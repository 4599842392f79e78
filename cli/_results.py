"""What a finished solve leaves behind: field, plot, matrix and report, all or none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._atomic import replacing
from sciml.cli._clock import Clock
from sciml.cli._execute import precision
from sciml.cli._plan import Plan
from sciml.cli._report import as_json, peak_memory_bytes, versions
from sciml.kernels import get_threads
from sciml.mesh.faces import faces_to_unknowns
from sciml.mesh.io.fields import carries_vectors, write_fields
from sciml.pde import GridSystem, boundary_balance, flux
from sciml.solvers._solution import Solution

__all__ = ["write_results"]


def write_results(plan: Plan, system: GridSystem, solution: Solution, clock: Clock) -> dict[str, Any]:
    """Write every file asked for and return the report.

    Nothing appears under its final name before everything is on disk.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    settings, u = plan.settings, system.expand(solution.x)
    writers: dict[Path, Callable[[Path], None]] = {}
    if settings.output is not None:
        writers[settings.output] = lambda path: _write_field(path, system, solution, u)
    if settings.plot is not None:
        writers[settings.plot] = lambda path: _write_plot(path, plan, system, solution, u)
    if settings.write_matrix is not None:
        writers[settings.write_matrix] = lambda path: _write_matrix(path, system)
    to_file = settings.report is not None and settings.report != Path("-")
    targets = [*writers, *([settings.report] if to_file and settings.report else [])]
    # A solution that overflowed is written as it is; its residual tells.
    with np.errstate(all="ignore"), replacing(*targets) as partials:
        with clock.measure("io"):
            for write, partial in zip(writers.values(), partials, strict=False):
                write(partial)
        facts = _report(plan, system, solution, clock)
        if to_file:
            partials[-1].write_text(as_json(facts) + "\n", encoding="utf-8")
    return facts


def _write_field(path: Path, system: GridSystem, solution: Solution, u: NDArray[np.float64]) -> None:
    fields: dict[str, NDArray[Any]] = {"u": u}
    if carries_vectors(path):
        fields["flux"] = faces_to_unknowns(system.domain, flux(system, solution.x))
    write_fields(path, system.domain, fields)


def _write_plot(
    path: Path, plan: Plan, system: GridSystem, solution: Solution, u: NDArray[np.float64]
) -> None:
    from sciml.mesh.io.plot import write_plot

    first = u if u.ndim == system.domain.ndim else u[0]
    settings = plan.settings
    write_plot(
        path, system.domain, first, solution.history, settings.title, label=settings.u_label,
        length_unit=settings.length_unit,
    )


def _write_matrix(path: Path, system: GridSystem) -> None:
    from scipy.io import mmwrite

    A = system.A.tocsr()
    if system.A.active is not None:
        kept = np.flatnonzero(system.A.active.ravel())
        A = A[kept][:, kept]
    with path.open("wb") as file:  # given a name, SciPy would append the suffix to A.MTX
        mmwrite(file, A, comment="unknowns in C order, obstacles left out", symmetry="symmetric")


def _balance(system: GridSystem, solution: Solution) -> dict[str, Any]:
    balance = boundary_balance(system, solution.x)
    sums = {name: getattr(balance, name) for name in ("inflow", "outflow", "exchange", "defect")}
    return {**balance.terms, **sums}


def _report(plan: Plan, system: GridSystem, solution: Solution, clock: Clock) -> dict[str, Any]:
    settings, details = plan.settings, dict(solution.details)
    seconds = {f"{name}_seconds": clock.seconds[name] for name in ("setup", "solve", "compile", "io", "load")}
    return {
        "method": solution.method,
        "selected_because": solution.selected_because,
        "unknowns": system.A.unknowns,
        "shape": system.domain.shape,
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
        "extent": system.domain.extent,
        "location": system.domain.location,
        "right_hand_sides": plan.batch,
        "balance": _balance(system, solution),
        "hierarchy": details.pop("hierarchy", None),
        "details": details,
        "versions": versions(),
    }
