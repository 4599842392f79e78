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
    from sciml.cli._plan import Plan
    from sciml.cli._settings import Settings

__all__ = ["solve"]


@click.command(epilog=EPILOG)
@click.argument("problem", required=False, type=click.Path(path_type=Path))
@solve_options
@click.pass_context
def solve(
    ctx: click.Context, /, problem: Path | None, explain: bool, quiet: bool, verbose: int, **given: Any
) -> None:
    """Solve -div(k grad u) + sigma u = f on a box and prove the answer with a recomputed residual.

    PROBLEM is a .toml problem file; without it the box of --shape is solved. Options override the file.
    """
    from sciml.cli._plan import make_plan

    if verbose > 1:
        logging.basicConfig(stream=sys.stderr)
        logging.getLogger("sciml").setLevel(logging.DEBUG)
    clock = ctx.obj if isinstance(ctx.obj, Clock) else Clock()
    plan = make_plan(_settings(problem, given))
    if explain:
        _explain(plan)
    else:
        _run(plan, clock, -1 if quiet else verbose)


def _settings(problem: Path | None, given: dict[str, Any]) -> "Settings":
    from sciml.cli._settings import Settings, overlay, parse

    base = Settings() if problem is None else _from_file(problem)
    present = {name: value for name, value in given.items() if value not in (None, (), False)}
    names = {"options": "--set"}
    return overlay(base, parse(present, Path(), lambda name: names.get(name, "--" + name.replace("_", "-"))))


def _from_file(problem: Path) -> "Settings":
    from sciml._errors import InputError
    from sciml._nearest import nearest
    from sciml.cli._problem_file import read_problem

    suffix = problem.suffix.lower()
    if suffix in (".mtx", ".npy", ".npz", ".mat", ".h5", ".hdf5", ".msh", ".vtu", ".vtk", ".xdmf"):
        raise InputError(
            f"PROBLEM {problem}: matrices and meshes are not read in this version; give a .toml problem file, "
            "and arrays through --coefficient, --source and --mask"
        )
    if suffix != ".toml":
        raise InputError(f"PROBLEM {problem}: expected a .toml problem file{nearest(suffix, ['.toml'])}")
    return read_problem(problem)


def _run(plan: "Plan", clock: Clock, verbosity: int) -> None:
    from sciml.cli._execute import execute
    from sciml.cli._progress import monitor
    from sciml.cli._results import write_results

    settings = plan.settings
    with monitor(settings.rtol, verbosity) as progress:
        system, solution = execute(plan, clock, progress)
        progress.stage("writing")
        report = write_results(plan, system, solution, clock)
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


def _explain(plan: "Plan") -> None:
    """Assemble, say what would run and why, and stop."""
    from sciml._memory import memory_limit, readable_bytes
    from sciml.cli._execute import assemble, rungs
    from sciml.cli._progress import Monitor
    from sciml.cli._summary import print_pairs
    from sciml.solvers._checks import check_operator

    system, _ = assemble(plan, Clock(), Monitor(plan.settings.rtol))
    first, *others = rungs(system, plan.settings)
    check_operator(first.solver(), system.A)
    options = ", ".join(f"{key}={value}" for key, value in first.options.items())
    limit = memory_limit()
    pairs = {
        "problem": f"{' x '.join(map(str, plan.grid.shape))} {plan.grid.location}s, {system.A.unknowns} unknowns",
        "operator": "constant coefficients" if system.A.is_constant else "variable coefficients",
        "floating": f"{len(system.components)} components",
        "method": first.method + (f" with {options}" if options else ""),
        "because": first.reason,
        "if it stalls": ", ".join(rung.method for rung in others) or "nothing else",
        "memory": f"about {readable_bytes(plan.memory)}" + (f" of {readable_bytes(limit)}" if limit else ""),
    }
    print_pairs(pairs, sys.stdout)
