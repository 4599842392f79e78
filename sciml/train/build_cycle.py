"""From settings to a learned cycle and the random systems it is trained on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from inspect import signature
from typing import Any

import torch

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.kernels._pool import usable_cores
from sciml.models import Pretrained, model_class
from sciml.train.config import Config
from sciml.train.tasks.cycle import CycleTask

__all__ = ["PreparedCycle", "prepare_cycle"]


@dataclass(frozen=True, eq=False)
class PreparedCycle:
    """A cycle and its task, the settings with all that was decided, and what there is to say about the systems."""

    model: Pretrained
    task: CycleTask
    config: Config
    record: dict[str, Any]
    bad: Mapping[int, str] = field(default_factory=dict)


def prepare_cycle(config: Config) -> PreparedCycle:
    """Build the cycle and the task.

    Raises
    ------
    InputError
        If files are given, the model has no such argument, or a setting does not suit it.
    """
    _check(config)
    systems = config.systems
    train = replace(config.train, threads=config.train.threads or usable_cores())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(train.seed)
        model = model_class(config.model.name)(**config.model.arguments)
    sizes = {"train": systems.count, "val": systems.validation}
    shape = (systems.resolution,) * systems.dim
    task = CycleTask(systems.family, shape, sizes, systems.steps, train.seed)
    return PreparedCycle(model, task, replace(config, train=train), {"task": "cycle", "systems": asdict(systems)})


def _check(config: Config) -> None:
    name, known = config.model.name, signature(model_class(config.model.name)).parameters
    for argument in config.model.arguments:
        if argument not in known:
            listed = ", ".join(known)
            raise InputError(f"model {name} has no argument '{argument}'; use {listed}{nearest(argument, known)}")
    if config.data.files:
        raise InputError(f"data.files are given, and {name} makes its own systems; choose them by --family and --dim")
    if config.train.device != "cpu":
        raise InputError(f"train.device is {config.train.device}; {name} is trained on the CPU, within minutes")
    if config.train.monitor != "loss":
        raise InputError(f"train.monitor is {config.train.monitor}; the only metric of {name} is loss")
