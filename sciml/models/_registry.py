"""Names of models on the command line and in files."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sciml._errors import InputError
from sciml._nearest import nearest

if TYPE_CHECKING:
    from sciml.models._pretrained import Pretrained

__all__ = ["MODELS", "load_model", "model_class"]

# Name on the command line to module and class; nothing is imported before it is asked for.
MODELS = {
    "dcdm": ("sciml.models.dcdm", "LearnedCycle"),
    "dcdm-conditioned": ("sciml.models.dcdm", "ConditionedDCDM"),
    "dcdm-published": ("sciml.models.dcdm", "PublishedDCDM"),
    "dpa3": ("sciml.models.dpa3", "DPA3"),
    "fno": ("sciml.models.fno", "FNO"),
    "mgno": ("sciml.models.mgno", "MgNO"),
    "unet": ("sciml.models.unet", "UNet"),
}


def model_class(name: str) -> "type[Pretrained]":
    """The class of a model.

    Raises
    ------
    InputError
        If there is no model of this name; the nearest one is named.

    Examples
    --------
    >>> model_class("fno").__name__
    'FNO'
    """
    if name not in MODELS:
        raise InputError(f"model '{name}' is unknown; use one of {', '.join(MODELS)}{nearest(name, MODELS)}")
    module, attribute = MODELS[name]
    found: type[Pretrained] = getattr(import_module(module), attribute)
    return found


def load_model(folder: str | Path) -> "Pretrained":
    """A saved model of any class, on the CPU, in evaluation mode.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    from sciml.models._pretrained import read_config

    kind = read_config(Path(folder))["model"]
    names = [name for name, (_, attribute) in MODELS.items() if attribute == kind]
    if not names:
        raise InputError(f"{folder} holds a model '{kind}'; expected one of {', '.join(MODELS)}")
    return model_class(names[0]).from_pretrained(folder)
