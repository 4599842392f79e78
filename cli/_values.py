"""Typed values from what users write, on the command line (text) or in a problem file (TOML values)."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._nearest import nearest
from sciml.mesh.io.arrays import ArrayFile

__all__ = [
    "FieldValue", "RegionValues", "as_axes", "as_count", "as_field", "as_field_or_regions", "as_fields", "as_file",
    "as_flag", "as_lengths", "as_number", "as_path", "as_shape", "as_text", "as_whole", "choice", "shown",
]

FieldValue: TypeAlias = float | str | ArrayFile
# Values by region of a mesh, as in "steel=50; copper=400".
RegionValues: TypeAlias = Mapping[str, float | str]

_BY_REGION = re.compile(r"\s*([\w.-]+)\s*=(?!=)\s*(.+?)\s*")


def as_number(value: object) -> float:
    """A finite number.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{shown(value)} given; expected a finite number")
    return number


def as_whole(value: object) -> int:
    """A whole number >= 1."""
    number = _whole(value)
    if number < 1:
        raise InputError(f"{number} given; expected a whole number >= 1")
    return number


def as_count(value: object) -> int:
    """A whole number >= 0 that is not huge."""
    number = _whole(value)
    if not 0 <= number <= 20:
        raise InputError(f"{number} given; expected a whole number from 0 to 20")
    return number


def as_shape(value: object) -> tuple[int, ...]:
    """One whole number an axis, as ``128,128,64`` or a list."""
    shape = tuple(as_whole(n) for n in _items(value, "[,x]"))
    if not 1 <= len(shape) <= 3:
        raise InputError(f"{len(shape)} axes given; expected 1 to 3, as in 128,128,64")
    return shape


def as_lengths(value: object) -> tuple[float, ...]:
    """Positive lengths, one an axis."""
    lengths = tuple(as_number(n) for n in _items(value, "[,x]"))
    if min(lengths, default=0.0) <= 0:
        raise InputError(f"{value!r} has an entry that is not positive; expected one length an axis, as in 1,1,0.5")
    return lengths


def as_field(value: object, folder: Path) -> FieldValue:
    """A number, an array file (``FILE`` or ``FILE:NAME``) or an expression in x, y, z."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return as_number(value)
    if not isinstance(value, str):
        raise InputError(f"{shown(value)} given; expected a number, an expression or a file name")
    text = as_text(value).strip()
    try:
        float(text)
    except ValueError:
        return ArrayFile.parse(text, folder) or Expression(text).text
    return as_number(text)


def as_field_or_regions(value: object, folder: Path) -> FieldValue | RegionValues:
    """A field, or values by region of a mesh as ``name=value; name=value`` or a table.

    Examples
    --------
    >>> as_field_or_regions("steel=50; copper=x+400", Path())
    {'steel': 50.0, 'copper': 'x+400'}
    """
    if isinstance(value, str) and _BY_REGION.match(value):
        named = [_BY_REGION.fullmatch(part) for part in value.split(";") if part.strip()]
        if not all(named):
            raise InputError(f"{shown(value)} given; expected region=value; region=value")
        value = {match[1]: match[2] for match in named if match}
    if not isinstance(value, Mapping):
        return as_field(value, folder)
    values: dict[str, float | str] = {}
    for name, item in value.items():
        given = as_field(item, folder)
        if isinstance(given, ArrayFile):
            raise InputError(f"{name} is the file {given}; regions take numbers and expressions")
        values[str(name)] = given
    return values


def as_fields(value: object, folder: Path) -> tuple[FieldValue | RegionValues, ...]:
    """One field, one an axis (as a list or joined by ``;``), or values by region."""
    items = _items(value, "$^")
    whole = ";".join(item for item in items if isinstance(item, str)) if items else value
    if isinstance(value, Mapping) or _BY_REGION.match(str(whole)):
        return (as_field_or_regions(value if isinstance(value, Mapping) else whole, folder),)
    parts = [part for item in items for part in (item.split(";") if isinstance(item, str) else [item])]
    return tuple(as_field_or_regions(part, folder) for part in parts)


def as_axes(value: object) -> tuple[float, float]:
    """A pair low, high of a region along one axis."""
    low, high = (as_number(n) for n in _pair(value))
    if low >= high:
        raise InputError(f"{value!r} is empty; expected [low, high] with low < high")
    return low, high


def as_flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InputError(f"{value!r} given; expected true or false")
    return value


def as_text(value: object) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{value!r} given; expected text")
    return value


def as_path(value: object, folder: Path) -> Path:
    """A file name; relative ones start at `folder`."""
    text = str(value) if isinstance(value, Path) else as_text(value)
    if "\0" in text:
        raise InputError(f"{text!r} holds a null character; expected a file name")
    return Path(text) if text == "-" else folder / text


def as_file(value: object, folder: Path) -> str:
    """``FILE`` or ``FILE:NAME``; relative ones start at `folder`."""
    return str(as_path(value, folder))


def choice(*known: str) -> Callable[[object], str]:
    """A parser for one of some names."""

    def parse(value: object) -> str:
        if value not in known:
            raise InputError(f"'{value}' is unknown; use one of {', '.join(known)}{nearest(str(value), known)}")
        return str(value)

    return parse


def shown(value: object) -> str:
    """A value as messages quote it, long ones cut.

    Examples
    --------
    >>> shown("9" * 1000)
    "'999999999999999999999999999999999999999..."
    """
    text = repr(value)
    return text if len(text) <= 60 else text[:40] + "..."


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value):
        return int(value)
    raise InputError(f"{shown(value)} given; expected a whole number of at most 18 digits")


def _items(value: object, separator: str) -> list[object]:
    if isinstance(value, str):
        return list(re.split(separator, value))
    if isinstance(value, Iterable) and not isinstance(value, dict):
        return list(value)
    return [value]


def _pair(value: object) -> list[object]:
    items = _items(value, ",")
    if len(items) != 2:
        raise InputError(f"{value!r} given; expected [low, high]")
    return items
