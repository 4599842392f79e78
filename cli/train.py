"""The command ``sciml train``: train a model on data sets."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sciml.train.loop import Loop
    from sciml.train.run import Run

__all__ = ["train"]

EPILOG = """\b
Examples:
  sciml train fno --data darcy.h5 --epochs 50 --output runs/first
  sciml train unet --data a.h5 b.h5 --set model.hidden_channels=24 --set optimiser.lr=1e-3 --max-minutes 10
  sciml train dcdm-published --data ritz.h5 --set model.linear=true --set train.batch_size=4
  sciml train dcdm --family obstacles --dim 3 --max-minutes 3
  sciml train --resume runs/first --epochs 100

\b
Settings, in a TOML file for --config or as --set section.key=value (docs: Training):
  [model] and arguments of its constructor, [data], [loss], [optimiser], [schedule], [train]

\b
Exit code: 0 trained, 1 interrupted or failed (the last checkpoint is intact), 2 bad input.
"""


_path = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("model", required=False)
@click.argument("more", nargs=-1, type=_path, metavar="")
@click.option("--data", type=_path, multiple=True, metavar="FILE...",
              help="Data sets.  [default: the one that comes with sciml]")
@click.option("--output", type=_path, metavar="RUN", help="Folder of the run.  [default: runs/MODEL-N]")
@click.option("--config", type=_path, metavar="FILE", help="Settings in TOML.")
@click.option("--set", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting; repeated.")
@click.option("--family", metavar="F",
              help="Random systems for dcdm: obstacles, jumps, walls or mixed.  [default: mixed]")
@click.option("--dim", type=int, metavar="D", help="Axes of these systems, 2 or 3.  [default: 3]")
@click.option("--epochs", type=int, metavar="N", help="Passes over the training samples.  [default: 20]")
@click.option("--max-minutes", type=float, metavar="M", help="Fix the number of steps by the time of the first 20.")
@click.option("--resume", type=_path, metavar="RUN",
              help="Go on with a run; only --epochs and --max-minutes may differ.")
@click.option("--seed", type=int, metavar="N", help="Start of all random numbers.  [default: 0]")
@click.option("--threads", type=int, metavar="N", help="Threads of torch.  [default: usable cores]")
@click.option("--skip-bad", is_flag=True, help="Leave out samples with values that are not finite.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and the folder of the run.")
@click.option("-v", "--verbose", is_flag=True, help="With the settings.")
def train(
    model: str | None, more: tuple[Path, ...], data: tuple[Path, ...], output: Path | None, config: Path | None,
    resume: Path | None, quiet: bool, verbose: bool, **given: Any,
) -> None:
    """Train MODEL (mgno, fno, unet, dcdm, dcdm-published); the best one, metrics and a checkpoint go to a folder."""
    from sciml.cli._exit import Failure

    with _session(_settings(model, (*data, *more), config, given), output, resume) as loop:
        run = loop.run
        quiet = quiet or not loop.ranks.first  # of processes that train together one speaks
        _say_before(loop, quiet, verbose)
        try:
            status = _train(loop, quiet)
        except OSError as error:
            raise Failure(f"writing to {run.path} failed ({error.strerror or error}); {_going_on(run)}") from None
        except KeyboardInterrupt:
            raise Failure(f"interrupted at once; {_going_on(run)}") from None
        _say_after(loop, status, quiet)


def _settings(model: str | None, files: tuple[Path, ...], config: Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """All that was asked for, as settings; options win over --set, and that over the file."""
    from sciml._errors import InputError
    from sciml.train.config import parse_settings, read_config

    options = {
        "model.name": model, "data.files": tuple(map(str, files)) or None, "data.skip_bad": given["skip_bad"] or None,
        "train.epochs": given["epochs"], "train.max_minutes": given["max_minutes"], "train.seed": given["seed"],
        "train.threads": given["threads"], "systems.family": given["family"], "systems.dim": given["dim"],
    }
    found = read_config(config) if config is not None else {}
    if model and found.get("model.name", model) != model:
        raise InputError(f"--config {config} is for the model {found['model.name']}, and {model} was asked for; leave "
                         "the model out, or take another file")
    found |= parse_settings(given["set"]) | {key: value for key, value in options.items() if value is not None}
    if found.get("train.max_minutes") and "train.epochs" not in found:
        found["train.epochs"] = 0  # as many as fit
    return found


def _session(settings: dict[str, Any], output: Path | None, resume: Path | None) -> "AbstractContextManager[Loop]":
    """A new run, or an earlier one."""
    from sciml._errors import InputError
    from sciml.models import MODELS
    from sciml.train import resumed, started
    from sciml.train.config import configured

    if resume is not None:
        if output is not None:
            raise InputError(f"--output {output} with --resume {resume}; a resumed run goes on in its own folder")
        return resumed(resume, settings)
    if "model.name" not in settings:
        raise InputError(f"no model given; use sciml train MODEL with one of {', '.join(MODELS)}")
    return started(configured(settings), output)


def _train(loop: "Loop", quiet: bool) -> Any:
    from sciml.cli._watch_training import watching

    with watching(quiet) as watcher:
        loop.watcher = watcher
        return loop.train()


def _say_before(loop: "Loop", quiet: bool, verbose: bool) -> None:
    from sciml.train.config import as_toml

    if quiet:
        return
    sizes, model = loop.task.sizes, loop.engine.model
    count = sum(parameter.numel() for parameter in model.parameters())
    train = loop.config.train
    click.echo(
        f"{loop.config.model.name} with {count} parameters; {sizes['train']} training and {sizes['val']} validation "
        f"samples; {loop.sampler.steps} steps an epoch; {train.threads} threads", err=True,
    )
    if verbose:
        click.echo(as_toml(loop.config), err=True)


def _say_after(loop: "Loop", status: Any, quiet: bool) -> None:
    from sciml.cli._exit import Failure
    from sciml.train.loop import Status

    run, at = loop.run, loop.at
    if not loop.ranks.first:
        raise SystemExit(status in (Status.DIVERGED, Status.INTERRUPTED))
    if status is Status.DIVERGED:
        raise Failure(f"{status.value} (step {at.step + 1}); {_going_on(run)}")
    if status is Status.INTERRUPTED:
        raise Failure(f"interrupted after step {at.step}; {_going_on(run)}")
    if not quiet:
        best = "" if at.best is None else f"; best {loop.config.train.monitor} {at.best:.4g} of the validation samples"
        click.echo(f"{status.value} after {at.step} steps{best}", err=True)
    click.echo(run.path)


def _going_on(run: "Run") -> str:
    if run.checkpoint.exists():
        return f"the last checkpoint is intact, go on with: sciml train --resume {run.path}"
    return f"there is no checkpoint yet in {run.path}"
