"""Parameters of a generator from ``key=value``."""

from collections.abc import Iterable
from dataclasses import fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["described", "recipe_from"]

_EXPECTED = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def recipe_from(kind: type, settings: Iterable[str]) -> Any:
    """A recipe with some parameters set, each read as what its field is.

    Parameters
    ----------
    kind : type
        Dataclass of parameters.
    settings : iterable of str
        ``key=value``.

    Raises
    ------
    InputError
        If a key is unknown (the nearest one is named) or a value does not fit.

    Examples
    --------
    >>> from sciml.datasets.generate.darcy import Darcy
    >>> recipe_from(Darcy, ["refine=4", "variant=rough"])
    Darcy(variant='rough', refine=4, scheme='volumes')
    """
    types, given = _types(kind), {}
    for text in settings:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            raise InputError(f"--set '{text}' given; expected key=value, as in {next(iter(types))}=...")
        if key not in types:
            raise InputError(f"parameter '{key}' is unknown; use one of {', '.join(types)}{nearest(key, types)}")
        given[key] = _read(key, value, types[key])
    return kind(**given)


def described(kind: type) -> dict[str, str]:
    """Every parameter with its default and what it may be.

    Examples
    --------
    >>> from sciml.datasets.generate.darcy import Darcy
    >>> described(Darcy)["scheme"]
    'volumes (volumes | gwf)'
    """
    types = _types(kind)
    return {one.name: f"{_shown(one.default)}{_choices(types[one.name])}" for one in fields(kind)}


def _types(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _read(key: str, text: str, kind: Any) -> Any:
    optional = NoneType in get_args(kind)
    if optional and text.lower() in ("none", "auto"):
        return None
    plain = next(one for one in get_args(kind) if one is not NoneType) if optional else kind
    if get_origin(plain) is Literal:
        plain = str
    try:
        return {"true": True, "false": False}[text.lower()] if plain is bool else plain(text)
    except (ValueError, KeyError):
        raise InputError(f"parameter {key} is '{text}'; expected {_EXPECTED[plain]}") from None


def _choices(kind: Any) -> str:
    return f" ({' | '.join(get_args(kind))})" if get_origin(kind) is Literal else ""


def _shown(value: object) -> str:
    return "auto" if value is None else str(value)
