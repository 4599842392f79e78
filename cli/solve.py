"""The command ``sciml solve``: Poisson problems on boxes, from arrays, expressions or a problem file."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sciml.cli._clock import Clock
from sciml.cli._exit import Failure
from sciml.cli._solve_options import EPILOG, solve_options

if TYPE_CHECKING:
    from sciml.cli._settings import Settings
    from sciml.cli._task import Task

__all__ = ["solve"]


@click.command(epilog=EPILOG)
@click.argument("problem", required=False, type=click.Path(path_type=Path))
@solve_options
@click.pass_context
def solve(
    ctx: click.Context, /, problem: Path | None, explain: bool, quiet: bool, verbose: int, **given: Any
) -> None:
    """Solve -div(k grad u) + sigma u = f on a box or a mesh, or A x = b; prove the answer by its residual.

    PROBLEM is a .toml problem file, a mesh (.msh, .vtu, .vtk, ...) or a matrix (.mtx, .npz, .mat, .h5, PETSc);
    without it the box of --shape is solved. Options override the file.
    """
    # First and from here: where a frame of the interpreter begins a new piece of its stack, every call maps and unmaps
    # it, and inside the imports below the 20 000 calls at the start of Numba meet such a place, a tenth of a second.
    import numba  # noqa: F401

    from sciml.cli._plan import make_task

    if verbose > 1:
        logging.basicConfig(stream=sys.stderr)
        logging.getLogger("sciml").setLevel(logging.DEBUG)
    clock = ctx.obj if isinstance(ctx.obj, Clock) else Clock()
    task = make_task(_settings(problem, given), clock)
    if explain:
        _explain(task)
    else:
        _run(task, clock, -1 if quiet else verbose)


def _settings(problem: Path | None, given: dict[str, Any]) -> "Settings":
    from sciml.cli._settings import Settings, overlay, parse

    base = Settings() if problem is None else _from_file(problem)
    present = {name: value for name, value in given.items() if value not in (None, (), False)}
    names = {"options": "--set"}
    return overlay(base, parse(present, Path(), lambda name: names.get(name, "--" + name.replace("_", "-"))))


def _from_file(problem: Path) -> "Settings":
    from sciml._errors import InputError
    from sciml._nearest import nearest
    from sciml.cli._plan import MATRICES, problem_suffix
    from sciml.cli._problem_file import read_problem
    from sciml.cli._settings import Settings
    from sciml.mesh.io.mesh_files import MESH_SUFFIXES

    suffix = problem_suffix(problem)
    if suffix == ".toml":
        return read_problem(problem)
    known = (".toml", *MATRICES, *MESH_SUFFIXES)
    if suffix not in known:
        raise InputError(
            f"PROBLEM {problem}: expected a problem file (.toml), a matrix ({', '.join(MATRICES)}) or a mesh "
            f"({', '.join(MESH_SUFFIXES)}){nearest(suffix, known)}"
        )
    return Settings(problem=problem)


def _run(task: "Task", clock: Clock, verbosity: int) -> None:
    from sciml.cli._execute import execute
    from sciml.cli._progress import monitor
    from sciml.cli._results import write_results

    settings = task.settings
    with monitor(settings.rtol, verbosity) as progress:
        system, solution = execute(task, clock, progress)
        progress.stage("writing")
        report = write_results(task, system, solution, clock)
    try:
        _print(settings, report, verbosity)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise Failure(f"the summary could not be printed ({error.strerror}); every file is written") from None
    if not solution.converged:
        raise Failure(
            f"not converged: {solution.method} ended with {solution.status.value} at relative residual "
            f"{solution.residual:.2e} (rtol {settings.rtol:.0e}). {solution.help}"
        )


def _print(settings: "Settings", report: dict[str, Any], verbosity: int) -> None:
    from sciml.cli._report import as_json
    from sciml.cli._summary import hierarchy_lines, print_pairs, summary

    if verbosity > 0:
        for line in hierarchy_lines(report["hierarchy"]):
            click.echo(line, err=True)
    to_stdout = settings.report == Path("-")
    if verbosity >= 0:
        files = [str(f) for f in (settings.output, settings.plot, settings.write_matrix, settings.report) if f]
        print_pairs(summary(report, [f for f in files if f != "-"]), sys.stderr if to_stdout else sys.stdout)
    if to_stdout:
        click.echo(as_json(report))


def _explain(task: "Task") -> None:
    """Assemble, say what would run and why, and stop."""
    from sciml._memory import memory_limit, readable_bytes
    from sciml.cli._execute import on_device, rungs
    from sciml.cli._summary import print_pairs
    from sciml.solvers._checks import check_operator

    system, _ = task.assemble(Clock())
    here = on_device(system, task.settings)
    first, *others = rungs(here, task.settings)
    check_operator(first.solver(), here.A)
    options = ", ".join(f"{key}={_shown(value)}" for key, value in first.options.items())
    limit = memory_limit()
    pairs = {
        "problem": f"{task.describe()}, {system.A.unknowns} unknowns",
        "operator": _operator(system.A),
        "floating": f"{len(system.components)} components",
        "method": first.method + (f" with {options}" if options else ""),
        "because": first.reason,
        "if it stalls": ", ".join(rung.method for rung in others) or "nothing else",
        "memory": f"about {readable_bytes(task.memory)}" + (f" of {readable_bytes(limit)}" if limit else ""),
    }
    print_pairs(pairs, sys.stdout)


def _shown(value: object) -> str:
    columns = getattr(value, "shape", None)
    return f"{columns[-1]} vectors" if columns else str(value)


def _operator(A: Any) -> str:
    if hasattr(A, "is_constant"):
        return "constant coefficients" if A.is_constant else "variable coefficients"
    return f"sparse matrix, {A.tocsr().nnz} entries, {'symmetric' if A.is_symmetric else 'not symmetric'}"
