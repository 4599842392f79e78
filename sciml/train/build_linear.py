"""From settings to a network of search directions and the linear system it is trained on."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.systems import poisson_system
from sciml.pde import StencilOperator
from sciml.train.build import open_sets
from sciml.train.config import Config, LossConfig, TrainConfig
from sciml.train.normalise import Normaliser
from sciml.train.prepared import Prepared, check_arguments, on_this_machine, seeded_model
from sciml.train.record import record_of
from sciml.train.samples import Samples, join
from sciml.train.tasks.linear import DirectionLoss, LinearTask

__all__ = ["DIRECTION_LOSSES", "prepare_linear"]

DIRECTION_LOSSES: tuple[DirectionLoss, ...] = ("residual", "energy")


def prepare_linear(config: Config, stack: ExitStack) -> Prepared[LinearTask]:
    """Open right-hand sides of one system, assemble its operator and build the network.

    Parameters
    ----------
    config : Config
        With files of ``sciml data generate ritz``, or others whose equation is Poisson's and whose only input is its
        source.
    stack : ExitStack
        Closes the files.

    Raises
    ------
    InputError
        At the first thing that does not fit.
    """
    config = _resolved(config)
    data = config.data
    sets = open_sets(data.files, data.protocol, stack)
    A = _operator(sets[0])
    joined = join(sets, inputs=data.inputs, outputs=data.outputs, validation=data.validation, seed=config.train.seed)
    samples, bad = joined.hold().without_bad(("train", "val"), skip=data.skip_bad)
    if not len(samples.split["train"]):
        raise InputError("no training samples are left; use other files, or a smaller data.validation")
    config = replace(config, model=replace(config.model, arguments=_arguments(config, samples.grid.ndim)))
    model = seeded_model(config)
    task = LinearTask(
        samples, A, _loss(config), config.loss.reduction, config.train.batch_size, config.train.device
    )
    return Prepared(model, task, config, _record(samples, bad), bad)


def _operator(data: DataSet) -> StencilOperator:
    """A of the one system that all samples share."""
    grid, equation = data.grid, data.equation or {}
    varying = [name for name in ("coefficient", "mask", "boundary") if isinstance(equation.get(name), str)]
    fits = equation.get("kind") == "poisson" and isinstance(equation.get("source"), str) and not varying
    if grid is None or grid.location != "cell" or not fits:
        raise InputError(
            f"{data.name} holds no right-hand sides of one system on cells; make some by: sciml data generate ritz "
            "--resolution 16 --output ritz.h5"
        )
    first = {name: values[0] for name, values in data.inputs.items()}
    return poisson_system(grid, equation, first).A


def _arguments(config: Config, ndim: int) -> dict[str, Any]:
    """Arguments of the constructor: as given, and the number of axes from the data."""
    check_arguments(config)
    given = config.model.arguments
    if given.get("ndim", ndim) != ndim:
        raise InputError(f"model.ndim is {given['ndim']}, and the data have {ndim}; leave it out")
    return {**given, "ndim": ndim}


def _record(samples: Samples, bad: Mapping[int, str]) -> dict[str, Any]:
    encoder, decoder = (Normaliser.identity(1) for _ in range(2))
    return record_of(samples, encoder, decoder, bad) | {"task": "linear"}


def _loss(config: Config) -> DirectionLoss:
    """The loss that was asked for; what is preset for fields becomes the published one."""
    name = "residual" if config.loss.name == LossConfig().name else config.loss.name
    for known in DIRECTION_LOSSES:
        if name == known:
            return known
    raise InputError(f"loss.name is {name}; directions are judged by what they leave: use residual or energy")


def _monitor(config: Config) -> str:
    """The metric that was asked for; what is preset for fields becomes the loss."""
    given = config.train.monitor
    if given != TrainConfig().monitor and given not in DIRECTION_LOSSES:
        raise InputError(f"train.monitor is {given}; use {', '.join(DIRECTION_LOSSES)}")
    return given if given in DIRECTION_LOSSES else _loss(config)


def _resolved(config: Config) -> Config:
    """Settings with threads, files, loss and what is watched made definite."""
    config = on_this_machine(config)
    data = config.data
    if data.augment != "none":
        raise InputError(f"data.augment is {data.augment}; directions are trained on one system, as it is: use none")
    train, loss = replace(config.train, monitor=_monitor(config)), replace(config.loss, name=_loss(config))
    return replace(config, data=replace(data, normalise="none"), loss=loss, train=train)
