"""From settings to a learned cycle and the random systems it is trained on."""

from dataclasses import asdict

from sciml._errors import InputError
from sciml.train.config import Config
from sciml.train.prepared import Prepared, check_arguments, on_this_machine, seeded_model
from sciml.train.tasks.cycle import CycleTask

__all__ = ["prepare_cycle"]


def prepare_cycle(config: Config) -> Prepared[CycleTask]:
    """Build the cycle and the task.

    Raises
    ------
    InputError
        If files are given, the model has no such argument, or a setting does not suit it.
    """
    _check(config)
    config = on_this_machine(config)
    systems = config.systems
    sizes = {"train": systems.count, "val": systems.validation}
    shape = (systems.resolution,) * systems.dim
    task = CycleTask(systems.family, shape, sizes, systems.steps, config.train.seed)
    return Prepared(seeded_model(config), task, config, {"task": "cycle", "systems": asdict(systems)})


def _check(config: Config) -> None:
    check_arguments(config)
    name = config.model.name
    if config.data.files:
        raise InputError(f"data.files are given, and {name} makes its own systems; choose them by --family and --dim")
    if config.train.device != "cpu":
        raise InputError(f"train.device is {config.train.device}; {name} is trained on the CPU, within minutes")
    if config.train.monitor != "loss":
        raise InputError(f"train.monitor is {config.train.monitor}; the only metric of {name} is loss")
