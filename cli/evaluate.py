"""The command ``sciml evaluate``: metrics of a trained model on samples it has not seen."""

import sys
from pathlib import Path
from typing import Any

import click

__all__ = ["evaluate"]

EPILOG = """\b
Examples:
  sciml evaluate runs/fno-1
  sciml evaluate runs/fno-1 --data darcy64.h5 --report errors.json
  sciml evaluate runs/fno-1 --resolution 16
  sciml evaluate runs/mgno-1 --data darcy64.h5 --levels 1

\b
Without --data the test samples of the data of the run are used; a file given is taken by its test samples,
or as a whole where it has no split. Exit code: 0 evaluated, 1 failed, 2 bad input.
"""

_path = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("run", type=_path)
@click.argument("more", nargs=-1, type=_path, metavar="")
@click.option("--data", type=_path, multiple=True, metavar="FILE...", help="Data sets.  [default: those of the run]")
@click.option("--protocol", default="", metavar="NAME", help="A published split of the files.")
@click.option("--resolution", type=int, metavar="N",
              help="Average cells (or thin out nodes) to N an axis before the model sees them.")
@click.option("--levels", type=int, default=0, metavar="N",
              help="Add N levels to MgNO, for cells 2^N times as narrow as in training.")
@click.option("--symmetrise", is_flag=True, help="Average predictions over the symmetries of data.augment.")
@click.option("--report", type=_path, metavar="FILE", help="Report as .json; - prints it.")
@click.option("--plot", type=_path, metavar="FILE",
              help="Worst samples: input, target, prediction, error.  [default: RUN/worst.png]")
@click.option("--classical", is_flag=True, help="Also time a classical solver that stops at the error of the model.")
@click.option("--skip-bad", is_flag=True, help="Leave out samples with values that are not finite.")
@click.option("--threads", type=int, metavar="N", help="Threads of torch.  [default: those of the run]")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and what --report - prints.")
def evaluate(
    run: Path, more: tuple[Path, ...], data: tuple[Path, ...], report: Path | None, plot: Path | None, quiet: bool,
    **given: Any,
) -> None:
    """Evaluate the best model of RUN on test samples."""
    from sciml._atomic import replacing
    from sciml._errors import InputError
    from sciml.cli._report import as_json
    from sciml.cli._targets import PLOT_SUFFIXES, check_suffix, check_writable
    from sciml.train.evaluate import evaluate as judge
    from sciml.train.worst_plot import write_worst

    check_suffix("plot", plot, PLOT_SUFFIXES)
    if report != Path("-"):
        check_suffix("report", report, (".json",))
    for target in (plot, report):
        if target is not None and target != Path("-"):
            check_writable(target)
    for name, value in (("resolution", given["resolution"]), ("threads", given["threads"])):
        if value is not None and value < 1:
            raise InputError(f"--{name} is {value}; expected a whole number >= 1")
    found = judge(run, (*data, *more), **given)
    title = f"{run.name}: largest errors of {found.report['samples']} samples"
    write_worst(plot or run / "worst.png", found.worst, title)
    text = as_json(found.report)
    if report == Path("-"):
        click.echo(text)
    elif report is not None:
        with replacing(report) as (partial,):
            partial.write_text(text + "\n")
    if not quiet and report != Path("-"):
        _say(found.report, plot or run / "worst.png")


def levels_of(facts: dict[str, Any]) -> str:
    """What is said of levels that were added."""
    n = facts.get("levels", 0)
    return f", {n} level{'s' * (n > 1)} added" if n else ""


def _say(report: dict[str, Any], plot: Path) -> None:
    from sciml.cli._summary import print_pairs

    pairs = {name: f"{values['mean']:.4g} +- {values['std']:.2g}" for name, values in report["metrics"].items()}
    facts = {
        "model": f"{report['model']}, {report['parameters']} parameters",
        "samples": f"{report['samples']} of {report['protocol']}",
        "resolution": " x ".join(map(str, report["resolution"])) + levels_of(report),
        "milliseconds a sample": f"{1e3 * report['seconds_per_sample']:.3g}",
        "worst samples": str(plot),
    }
    if "time" in report:
        steps = report["metrics"]["rel_l2"]["per_step"]
        facts["rel_l2 of steps"] = f"{steps[0]:.4g} at first, {steps[-1]:.4g} after {len(steps)}"
    if "classical" in report:
        other = report["classical"]
        facts["classical solver"] = (
            f"{other['method']} at rtol {other['rtol']:.0e}: rel_l2 {other['rel_l2']:.3g} in "
            f"{1e3 * other['seconds_per_sample']:.3g} milliseconds a sample"
        )
    print_pairs(facts | pairs, sys.stdout)
