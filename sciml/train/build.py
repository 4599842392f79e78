"""From settings to a model and a task."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sciml._errors import InputError
from sciml._memory import memory_limit
from sciml._nearest import nearest
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats import ours
from sciml.datasets.open import open_dataset
from sciml.datasets.small import open_darcy_small
from sciml.models import model_class
from sciml.models.mgno.sides import conditions_of
from sciml.train.augment import odd_fields, symmetries
from sciml.train.config import Config, TimeConfig
from sciml.train.in_time import definite, normalisers, retold, trajectories
from sciml.train.losses import loss_of
from sciml.train.metrics import METRICS
from sciml.train.normalise import Normaliser
from sciml.train.prepared import Prepared, check_arguments, on_this_machine, seeded_model
from sciml.train.record import record_of
from sciml.train.samples import Samples, join, names_of
from sciml.train.tasks.grid import GridTask
from sciml.train.tasks.trajectory import TrajectoryTask

__all__ = ["open_sets", "prepare"]

# Samples are kept in memory where they take at most this part of it.
HELD = 0.25


def prepare(config: Config, stack: ExitStack) -> Prepared[GridTask | TrajectoryTask]:
    """Open the data, fit the normalisation to the training samples, and build the model.

    Parameters
    ----------
    config : Config
    stack : ExitStack
        Closes the files.

    Raises
    ------
    InputError
        At the first thing that does not fit.
    """
    config = _resolved(config)
    data = config.data
    joined, time = _joined(config, open_sets(data.files, data.protocol, stack))
    if joined.nbytes <= HELD * (memory_limit() or 0):
        joined = joined.hold()
    samples, bad = joined.without_bad(("train", "val"), skip=data.skip_bad)
    config = replace(config, model=replace(config.model, arguments=_arguments(config, samples)), time=time)
    moving = time.training != "none"
    odd = odd_fields(data.augment, samples.sets[0].equation, samples.inputs, moving=moving)
    model = seeded_model(config)
    encoder, decoder = _normalisers(samples, time, data.normalise)
    if model.config.get("hard_dirichlet"):
        # What the network sets to 0 is 0 in the units of the field; an increment is added to inputs of the same units.
        encoder, decoder = encoder.scale() if model.config["increment"] else encoder, decoder.scale()
    fields = GridTask(
        samples, loss_of(config.loss.name, config.loss.a), config.loss.reduction, encoder, decoder,
        symmetries(data.augment, samples.grid), odd, config.train.seed, config.train.batch_size, config.train.device,
    )
    _try_loss(fields)
    record = record_of(samples, encoder, decoder, bad)
    if not moving:
        return Prepared(model, fields, config, record, bad)
    task = TrajectoryTask(fields, time.history, time.frames, time.unroll)
    return Prepared(model, task, config, record | {"time": asdict(time)}, bad)


def _joined(config: Config, sets: Sequence[DataSet]) -> tuple[Samples, TimeConfig]:
    """The samples, cut into trajectories where steps in time are learnt, and what decided about the frames."""
    data, inputs = config.data, config.data.inputs
    time = definite(config.time, sets[0], names_of(sets[0], "outputs", data.outputs))
    if time.training != "none":
        sets, inputs = trajectories(
            sets, time.history, time.frames, inputs=data.inputs, outputs=data.outputs, boundary=data.boundary
        )
    samples = join(
        sets, inputs=inputs, outputs=data.outputs, boundary=data.boundary, validation=data.validation,
        seed=config.train.seed,
    )
    return replace(samples, frames=max(1, time.frames), protocol=retold(samples.protocol, time)), time


def open_sets(files: Sequence[str], protocol: str, stack: ExitStack) -> list[DataSet]:
    """Data sets of files, or the one that comes with sciml; closed by `stack`.

    Files of sciml are one set each, called by the name of the file; published ones may be parts of one set.

    Raises
    ------
    InputError
        If a file cannot be read, or does not know the protocol.
    """
    if not files:
        return [stack.enter_context(open_darcy_small())]
    paths = [Path(name) for name in files]
    if not all(map(_is_ours, paths)):
        return [stack.enter_context(open_dataset(paths, protocol or None))]
    opened = [stack.enter_context(open_dataset(path, protocol or None)) for path in paths]
    return [replace(one, name=path.name) for one, path in zip(opened, paths, strict=True)]


def _is_ours(path: Path) -> bool:
    try:
        return ours.recognises(path)
    except OSError:
        return False  # a damaged file: opening it says so


def _resolved(config: Config) -> Config:
    """Settings that are definite on this machine, for metrics that there are."""
    monitor = config.train.monitor
    model_class(config.model.name)
    if config.model.name == "dpa3":
        raise InputError("model dpa3 learns from structures of atoms, and sciml train from fields on grids; train it "
                         "in Python with DPA3.potential(batch, create_graph=True)")
    if monitor not in METRICS:
        raise InputError(f"train.monitor is '{monitor}'; use one of {', '.join(METRICS)}{nearest(monitor, METRICS)}")
    return on_this_machine(config)


def _arguments(config: Config, samples: Samples) -> dict[str, Any]:
    """Arguments of the model's constructor: as given, the others from the data."""
    known = check_arguments(config)
    given, grid = dict(config.model.arguments), samples.grid
    ins, outs = samples.channels("inputs"), samples.channels("outputs") // samples.frames
    counted = {"in_channels": ins, "out_channels": outs, "ndim": grid.ndim}
    for name, count in counted.items():
        if given.get(name, count) != count:
            raise InputError(f"model.{name} is {given[name]}, and the data have {count}; leave it out")
    if "boundary" in known and "boundary" not in given:
        given["boundary"] = conditions_of(grid)
    modes = [min(24, n) for n in grid.shape]
    found = counted | {"location": grid.location, "n_modes": modes}
    return given | {name: value for name, value in found.items() if name in known and name not in given}


def _normalisers(samples: Samples, time: TimeConfig, how: str) -> tuple[Normaliser, Normaliser]:
    """Of inputs and outputs."""
    if how == "none":
        counts = samples.channels("inputs"), samples.channels("outputs") // samples.frames
        return Normaliser.identity(counts[0]), Normaliser.identity(counts[1])
    if time.training != "none":
        return normalisers(samples, time.history)
    train = samples.split["train"]
    return Normaliser.fit(samples.chunks("inputs", train)), Normaliser.fit(samples.chunks("outputs", train))


def _try_loss(task: GridTask) -> None:
    """Let a loss that does not suit the grid say so before anything is written."""
    if not task.sizes["train"]:
        raise InputError("no training samples are left; use other files, or a smaller data.validation")
    y = task.pair(task.indices("train")[:1]).y
    task.loss_function(y, y, task.samples.grid)
    for metric in METRICS.values():
        metric(y, y, task.samples.grid)
