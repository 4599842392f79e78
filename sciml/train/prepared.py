"""A model and its task, ready to train, and what their makers have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.kernels._pool import usable_cores
from sciml.models import Pretrained, model_class
from sciml.train.config import Config
from sciml.train.task import Task

__all__ = ["Prepared", "check_arguments", "on_this_machine", "seeded_model"]

T = TypeVar("T", bound=Task, covariant=True)


@dataclass(frozen=True, eq=False)
class Prepared(Generic[T]):
    """A model and its task, the settings with all that was decided, and what there is to say about the data.

    Parameters
    ----------
    model : Pretrained
    task : Task
    config : Config
    record : dict
        Values that JSON knows.
    bad : mapping of int to str
        Samples left out, and why.
    """

    model: Pretrained
    task: T
    config: Config
    record: dict[str, Any]
    bad: Mapping[int, str] = field(default_factory=dict)


def seeded_model(config: Config) -> Pretrained:
    """The model of the settings, its initial values drawn from their seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.train.seed)
        return model_class(config.model.name)(**config.model.arguments)


def check_arguments(config: Config) -> Mapping[str, Any]:
    """The parameters of the model's constructor.

    Raises
    ------
    InputError
        If an argument was given that is none of them; the nearest one is named.
    """
    name = config.model.name
    known = signature(model_class(name)).parameters
    for argument in config.model.arguments:
        if argument not in known:
            listed = ", ".join(known)
            raise InputError(f"model {name} has no argument '{argument}'; use {listed}{nearest(argument, known)}")
    return known


def on_this_machine(config: Config) -> Config:
    """Settings with threads, files and device made definite.

    Raises
    ------
    InputError
        If the device is not there.
    """
    train = config.train
    if train.device == "cuda" and not torch.cuda.is_available():
        raise InputError("train.device is cuda and torch finds no CUDA device; use cpu")
    files = tuple(str(Path(name).resolve()) for name in config.data.files)
    train = replace(train, threads=train.threads or usable_cores())
    return replace(config, data=replace(config.data, files=files), train=train)
