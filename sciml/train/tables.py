"""Settings as text: TOML files, and ``section.key=value``."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sciml._errors import InputError

__all__ = ["from_tables", "parse_settings", "read_config", "toml_of"]


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """``["a.b=1"]`` as ``{"a.b": 1}``: values are those of TOML, and texts where they are none.

    Raises
    ------
    InputError
        If there is no "=".

    Examples
    --------
    >>> parse_settings(["model.n_modes=[8, 8]", "model.boundary=neumann"])
    {'model.n_modes': [8, 8], 'model.boundary': 'neumann'}
    """
    pairs = [(text, *text.partition("=")) for text in texts]
    for text, key, equals, _ in pairs:
        if not equals or not key.strip():
            raise InputError(f"setting '{text}' has no value; write section.key=value, as in optimiser.lr=0.002")
    return {key.strip(): _read(value.strip()) for _, key, _, value in pairs}


def read_config(path: Path) -> dict[str, Any]:
    """Settings of a TOML file as ``{"section.key": value}``.

    Raises
    ------
    InputError
        If the file cannot be read or is no TOML.
    """
    try:
        return from_tables(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); expected settings in TOML") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML file: {error}") from None


def from_tables(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables as ``{"section.key": value}``."""
    result: dict[str, Any] = {}
    for section, values in tables.items():
        if not isinstance(values, Mapping):
            raise InputError(f"'{section}' stands outside of a table; expected it below [model], [data], [train], ...")
        result |= {f"{section}.{key}": value for key, value in values.items()}
    return result


def toml_of(values: Mapping[str, Any]) -> str:
    """Settings ``{"section.key": value}``, the keys of a section together, as a TOML file; None is left out.

    Examples
    --------
    >>> print(toml_of({"model.name": "unet", "train.epochs": 3}), end="")
    [model]
    name = "unet"
    <BLANKLINE>
    [train]
    epochs = 3
    """
    lines: list[str] = []
    for key, value in values.items():
        section, _, name = key.partition(".")
        if f"[{section}]" not in lines:
            lines += [""] * bool(lines) + [f"[{section}]"]
        if value is not None:
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            # JSON escapes are those of TOML, but for DEL.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]"


def _read(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
