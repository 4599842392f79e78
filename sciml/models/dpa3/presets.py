"""Networks of the published sizes."""

from collections.abc import Sequence
from typing import Any

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.models.dpa3.model import DPA3

__all__ = ["PRESETS", "preset"]

# Name to choices of DPA3Settings that differ from its defaults.
PRESETS: dict[str, dict[str, Any]] = {f"L{n}": dict(n_layers=n) for n in (3, 6, 12, 16, 24)}


def preset(name: str, species: Sequence[str], **changes: Any) -> DPA3:
    """A network of 128, 64 and 32 channels with the published number of layers.

    Parameters
    ----------
    name : {"L3", "L6", "L12", "L16", "L24"}
    species : sequence of str
    **changes
        Fields of `DPA3Settings` that shall differ.

    Raises
    ------
    InputError
        If the name is unknown.

    Examples
    --------
    >>> sum(weight.numel() for weight in preset("L3", ["H", "O"]).parameters())
    728769
    """
    if name not in PRESETS:
        raise InputError(f"preset '{name}' is unknown; use one of {', '.join(PRESETS)}{nearest(name, PRESETS)}")
    return DPA3(species, **{**PRESETS[name], **changes})
