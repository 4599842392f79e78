"""The network of a run with levels on top, for finer cells than it was trained on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sciml._errors import InputError
from sciml.models import MgNO
from sciml.models.mgno.levels import Refined
from sciml.train.export_run import in_units
from sciml.train.native import SHARP
from sciml.train.normalise import Normaliser
from sciml.train.trained import Trained

__all__ = ["with_levels"]


def with_levels(trained: Trained, levels: int) -> Trained:
    """The network with more levels of MgNO above it, each for cells half as wide.

    Parameters
    ----------
    trained : Trained
    levels : int
        >= 0. Inputs are given, and outputs come, on cells 2^levels times as narrow as those of the grid where the
        network itself is at work, which is best that of training.

    Returns
    -------
    Trained
        From fields in their own units to fields in theirs. New levels see the coefficient where the equation of the
        data is Poisson's and names an input as such.

    Raises
    ------
    InputError
        If the network is no MgNO of cells, an input has no meaning as averages, or `levels` is negative.
    """
    if levels < 0:
        raise InputError(f"{levels} levels are to be added; expected 0 or more")
    if levels == 0:
        return trained
    if not isinstance(trained.model, MgNO):
        name = trained.config.model.name
        raise InputError(f"levels are added to mgno, and {trained.path} holds {name}; leave them out")
    for name in set(SHARP) & set(trained.record["inputs"]):
        raise InputError(f"levels average their inputs, which changes the meaning of '{name}'; leave them out")
    model: Any = in_units(trained)
    channel = _coefficient(trained.record, trained.in_channels)
    for _ in range(levels):
        model = Refined(model, channel, trained.grid.spacing)
    encoder, decoder = (Normaliser.identity(n) for n in (trained.in_channels, trained.out_channels))
    return replace(trained, model=model.eval(), encoder=encoder, decoder=decoder)


def _coefficient(record: Mapping[str, Any], channels: int) -> int | None:
    """Channel of the input that the equation names as its coefficient, if inputs are single fields."""
    equation, inputs = record["equation"] or {}, list(record["inputs"])
    name = equation.get("coefficient")
    if equation.get("kind") != "poisson" or name not in inputs or len(inputs) != channels:
        return None
    return inputs.index(name)
