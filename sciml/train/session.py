"""Begin a run, or go on with one: data opened, model built, folder ready."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sciml.kernels._pool import usable_cores
from sciml.train.build import prepare
from sciml.train.build_cycle import prepare_cycle
from sciml.train.build_linear import prepare_linear
from sciml.train.config import Config
from sciml.train.log import MetricLog
from sciml.train.loop import Loop
from sciml.train.prepared import Prepared
from sciml.train.ranks import Ranks, joined_ranks
from sciml.train.run import Run, new_folder
from sciml.train.task import Task

__all__ = ["prepared_for", "resumed", "started"]

DIRECTIONS, CYCLES = ("dcdm-conditioned", "dcdm-published"), ("dcdm",)


@contextmanager
def started(config: Config, output: Path | None = None) -> Iterator[Loop]:
    """A new run, ready to train.

    Parameters
    ----------
    config : Config
    output : Path, optional
        Folder of the run; default the first free of runs/MODEL-1, runs/MODEL-2, ...

    Raises
    ------
    InputError
        If settings, data and model do not fit; nothing has been written then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> config = Config().changed({"model.name": "unet", "model.hidden_channels": 2, "train.epochs": 1})
    >>> with TemporaryDirectory() as folder, started(config, Path(folder, "run")) as loop:
    ...     loop.train()
    <Status.FINISHED: 'finished'>
    """
    with ExitStack() as stack:
        ranks = stack.enter_context(joined_ranks(config.train.device))
        folder = Path(ranks.agree(str(new_folder(output, config.model.name)) if ranks.first else ""))
        config = _on_few_cores(config, ranks)
        prepared = prepared_for(config, stack)
        run = Run.create(folder, prepared.config, prepared.record) if ranks.first else Run(folder, MetricLog(folder))
        yield Loop(prepared.model, prepared.task, prepared.config, run, ranks=ranks)


@contextmanager
def resumed(folder: Path, changes: Mapping[str, Any] | None = None) -> Iterator[Loop]:
    """An earlier run at its last checkpoint, ready to go on.

    Parameters
    ----------
    folder : Path
    changes : mapping, optional
        Settings that differ from the recorded ones; only ``train.epochs`` and ``train.max_minutes`` may.

    Raises
    ------
    InputError
        If another setting or the data changed, or there is no checkpoint of this version.
    """
    run = Run.open(folder)
    recorded = run.config()
    changes = dict(changes or {})
    if "train.epochs" in changes:
        changes.setdefault("train.max_minutes", 0.0)
    if "data.files" in changes:
        changes["data.files"] = [str(Path(name).resolve()) for name in changes["data.files"]]
    config = recorded.changed(changes)
    state = run.load_checkpoint(config)
    with ExitStack() as stack:
        ranks = stack.enter_context(joined_ranks(config.train.device))
        prepared = prepared_for(config, stack)
        run.check_record(prepared.record)
        loop = Loop(prepared.model, prepared.task, prepared.config, run, ranks=ranks)
        loop.resume(state)
        loop.extend(recorded)
        if ranks.first:
            run.write_config(prepared.config)
        yield loop


def prepared_for(config: Config, stack: ExitStack) -> Prepared[Task]:
    """Model and task: fields from fields, for networks of search directions a linear system, for cycles random ones."""
    if config.model.name in CYCLES:
        return prepare_cycle(config)
    if config.model.name in DIRECTIONS:
        return prepare_linear(config, stack)
    return prepare(config, stack)


def _on_few_cores(config: Config, ranks: Ranks) -> Config:
    """Share the cores of a machine between its processes."""
    if ranks.size == 1 or config.train.threads:
        return config
    threads = max(1, usable_cores() // ranks.local_size)
    return replace(config, train=replace(config.train, threads=threads))
