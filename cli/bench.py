"""The command ``sciml bench``: list, run and report benchmark cases."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sciml.bench import Settings

__all__ = ["bench"]

_cases = click.option(
    "--cases", type=click.Path(path_type=Path), default=Path("benchmarks"), show_default=True, metavar="DIR",
    help="Folder of the case files.",
)


@click.group(epilog="Example: sciml bench run poisson_box --size 64")
def bench() -> None:
    """List, run and report the benchmark cases: ours and other libraries on the same systems."""


@bench.command("list", epilog="Example: sciml bench list --cases benchmarks")
@_cases
def list_cases(cases: Path) -> None:
    """Name the cases and what they compare."""
    from sciml.bench import find_cases

    found = find_cases(cases)
    width = max(map(len, found))
    for name, summary in found.items():
        click.echo(f"{name:{width}}  {summary}")


@bench.command(epilog="Example: sciml bench run poisson_box --size 64 --output box64.json")
@click.argument("case")
@_cases
@click.option("--size", type=int, metavar="N", help="Cells per axis of the main problem.  [default: as published]")
@click.option("--repeats", type=int, default=3, show_default=True, metavar="N", help="Timed runs per method.")
@click.option(
    "--seconds", type=float, default=0.0, show_default=True, metavar="S",
    help="Run methods whose repeats took less again until they did.",
)
@click.option("--threads", type=int, default=1, show_default=True, metavar="N", help="Threads of our kernels.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Start of the random numbers.")
@click.option("--rtol", type=float, default=1e-8, show_default=True, metavar="R", help="Tolerance all must reach.")
@click.option("--runs", default="runs/bench", show_default=True, metavar="DIR", help="Where trainings are kept.")
@click.option(
    "--only", default="*", show_default=True, metavar="PATTERN",
    help="Names of trainings, or of parts of a case, to begin; what other trainings left is read.",
)
@click.option(
    "--fraction", type=float, default=1.0, show_default=True, metavar="F",
    help="Part of the samples and seconds of trainings.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Result file.  [default: results/CASE.json in the folder of the cases]",
)
@click.option("-q", "--quiet", is_flag=True, help="No tables.")
@click.option("-v", "--verbose", is_flag=True, help="With debug messages.")
def run(case: str, cases: Path, output: Path | None, quiet: bool, verbose: bool, **given: Any) -> None:
    """Run CASE in a process of its own, write one JSON file and print its tables."""
    from sciml._errors import InputError
    from sciml.bench import Settings, read_record, require_case
    from sciml.cli._exit import Failure

    settings = Settings(**given)
    require_case(cases, case)
    target = output or cases / "results" / f"{case}.json"
    if target.suffix != ".json":
        raise InputError(f"--output {target}: suffix '{target.suffix}' is unknown; use .json")
    if _in_process_of_its_own(cases, case, target, settings, "WARNING" if quiet else "DEBUG" if verbose else "INFO"):
        raise Failure(f"case {case} failed; see the messages above")
    if not quiet:
        _print(read_record(target))


def _in_process_of_its_own(cases: Path, case: str, target: Path, settings: "Settings", level: str) -> int:
    """Exit code of the run; BLAS gets one thread there, which is the fastest for sparse methods of other libraries."""
    import json
    import os
    import subprocess
    from dataclasses import asdict

    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    arguments = [str(cases), case, str(target), json.dumps(asdict(settings)), level]
    command = [sys.executable, "-P", "-m", "sciml.bench", *arguments]
    return subprocess.run(command, env=os.environ | threads, check=False).returncode


@bench.command(epilog="Example: sciml bench report --output report")
@_cases
@click.option(
    "--results", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder of the result files.  [default: results in the folder of the cases]",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Also write a page and plots there.")
@click.option("-q", "--quiet", is_flag=True, help="No tables.")
def report(cases: Path, results: Path | None, output: Path | None, quiet: bool) -> None:
    """Print the tables of all result files; --output also writes them as a page with plots."""
    from sciml._errors import InputError
    from sciml.bench import read_records, write_report

    folder = results or cases / "results"
    records = read_records(folder)
    if not records:
        raise InputError(f"folder {folder} holds no result files; run a case first: sciml bench run CASE")
    for record in [] if quiet else records:
        _print(record)
    if output is not None:
        click.echo(f"written  {write_report(records, output)}")


def _print(record: dict[str, Any]) -> None:
    from sciml.bench import as_text, describe, tables_of

    click.echo(f"{record['case']}: {record['summary']}\n{describe(record)}\n")
    for table in tables_of(record):
        click.echo(as_text(table) + "\n")
