"""The grammar of boundary conditions: ``x-=neumann:1; y=periodic; z+=robin:10,'300+x'``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.cli._values import as_number, as_text
from sciml.mesh.boundary import KINDS, Boundary, BoundaryKind
from sciml.mesh.grid import AXES, sides

__all__ = ["ALL", "Conditions", "conditions_by_name", "conditions_on", "parse_conditions", "parse_table"]

# A side ("x-"), an axis ("x"), a boundary of a mesh or ALL, and what holds there; later entries win.
Conditions = tuple[tuple[str, Boundary], ...]
ALL = "all"

_NAMES = (ALL, *(name for axis in AXES for name in (axis, axis + "-", axis + "+")))
_NAME = r"\w[\w./-]*[+-]?"  # of a side, or of a boundary of a mesh
_SEPARATOR = re.compile(rf";|,(?=\s*{_NAME}\s*=(?!=))")
_NAMED = re.compile(rf"\s*({_NAME})\s*=(?!=)(.*)", re.DOTALL)
_VALUES = {"dirichlet": (0, 1), "neumann": (0, 1), "robin": (1, 2), "periodic": (0, 0)}
_FORM = {
    "dirichlet": "dirichlet or dirichlet:g", "neumann": "neumann or neumann:q",
    "robin": "robin:H,g", "periodic": "periodic",
}


def parse_conditions(texts: object) -> Conditions:
    """Conditions from one text or several.

    Each item is ``side=type[:value[,value]]``, or ``type[:value[,value]]`` for all sides. Items are
    joined by ``;``, or by ``,`` where a side follows. A value is a number or an expression, in
    quotes when it holds ``;`` or ``,``.

    Raises
    ------
    InputError
        If a side or type is unknown or has a wrong number of values.

    Examples
    --------
    >>> [(side, bc.kind, bc.value) for side, bc in parse_conditions("neumann; x-=dirichlet:2, y=periodic")]
    [('all', 'neumann', 0.0), ('x-', 'dirichlet', 2.0), ('y', 'periodic', 0.0)]
    """
    items = [texts] if isinstance(texts, str) else texts
    if not isinstance(items, Iterable):
        raise InputError(f"{texts!r} given; expected text such as 'x-=neumann;z+=dirichlet:1.0'")
    parts = [part for text in items for part in _split(as_text(text), _SEPARATOR) if part.strip()]
    if not parts:
        given = " ".join(map(str, items))
        raise InputError(f"'{given}' names no condition; expected text such as 'x-=neumann;z+=dirichlet:1.0'")
    return tuple(_condition(part) for part in parts)


def parse_table(table: object) -> Conditions:
    """Conditions from a table of sides: text as above after ``=``, or ``{type, value, transfer}``."""
    if not isinstance(table, Mapping):
        return parse_conditions(table)
    return tuple((str(name), _entry(str(name), given)) for name, given in table.items())


def conditions_on(conditions: Conditions, ndim: int) -> dict[str, Boundary]:
    """One condition a named side of a box of `ndim` axes, later entries winning.

    Raises
    ------
    InputError
        If a condition names an axis the box does not have.
    """
    result: dict[str, Boundary] = {}
    for name, condition in conditions:
        if name not in _NAMES:
            raise InputError(
                f"side '{name}' is unknown; use x-, x+, y-, y+, z-, z+, an axis or all{nearest(name, _NAMES)}"
            )
        if name != ALL and name[0] not in AXES[:ndim]:
            raise InputError(f"side '{name}' is unknown on a {ndim}-D grid; use {', '.join(sides(ndim))}")
        for side in sides(ndim):
            if name in (ALL, side, side[0]):
                result[side] = condition
    return result


def conditions_by_name(conditions: Conditions, names: Sequence[str]) -> dict[str, Boundary]:
    """One condition a named boundary of a mesh, later entries winning; ALL means every name.

    Raises
    ------
    InputError
        If a name is none of `names`, or a condition is periodic.
    """
    result: dict[str, Boundary] = {}
    for name, condition in conditions:
        if condition.kind == "periodic":
            raise InputError(f"{name}=periodic on a mesh; use dirichlet, neumann or robin")
        if name != ALL and name not in names:
            known = ", ".join(names) or "none"
            raise InputError(f"boundary '{name}' is unknown; the mesh has {known}{nearest(name, names)}")
        result |= dict.fromkeys(names if name == ALL else [name], condition)
    return result


def _condition(text: str) -> tuple[str, Boundary]:
    named = _NAMED.fullmatch(text)
    return (named[1], _boundary(named[2])) if named else (ALL, _boundary(text))


def _boundary(text: str) -> Boundary:
    kind, colon, rest = text.strip().partition(":")
    values = _split(rest, re.compile(",")) if colon else []
    if kind.strip() in KINDS and not all(value.strip() for value in values):
        raise InputError(f"'{text.strip()}' has an empty value; expected {_FORM[kind.strip()]}")
    return _build(kind.strip(), values)


def _build(kind: str, values: Sequence[object]) -> Boundary:
    if kind not in KINDS:
        raise InputError(f"boundary condition '{kind}' is unknown; use one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    least, most = _VALUES[kind]
    if not least <= len(values) <= most:
        raise InputError(f"{kind} with {len(values)} values; expected {_FORM[kind]}")
    data = [_value(value) for value in values]
    transfer = data.pop(0) if kind == "robin" else None
    return Boundary(cast(BoundaryKind, kind), data[0] if data else 0.0, transfer)


def _entry(side: str, given: object) -> Boundary:
    try:
        return _from_value(given)
    except InputError as error:
        raise InputError(f"{side}: {error}") from None


def _from_value(given: object) -> Boundary:
    if isinstance(given, str):
        return _boundary(given)
    known = ("type", "value", "transfer")
    if not isinstance(given, Mapping) or "type" not in given:
        raise InputError(f"{given!r} given; expected text or a table with type, value and transfer")
    for key in given:
        if key not in known:
            raise InputError(f"key '{key}' is unknown; use {', '.join(known)}{nearest(key, known)}")
    if "transfer" in given and given["type"] != "robin":
        raise InputError(f"transfer belongs to robin; the type is {given['type']}")
    values = [given[key] for key in ("transfer", "value") if key in given]
    if given["type"] == "robin" and "transfer" not in given:
        raise InputError("robin needs transfer = H (and value = g)")
    return _build(str(given["type"]), values)


def _value(given: object) -> float | str:
    if not isinstance(given, str):
        return as_number(given)
    text = given.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    try:
        float(text)
    except ValueError:
        return as_text(text)
    return as_number(text)


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """Split where `separator` matches outside quotes and parentheses."""
    plain, depth, quote = [], 0, ""
    for letter in text:
        depth += (letter == "(") - (letter == ")") if not quote else 0
        inside = bool(quote) or depth > 0
        if letter in "'\"" and quote in ("", letter):
            quote = "" if quote else letter
        plain.append("." if inside else letter)
    if quote:
        raise InputError(f"quote {quote} in '{text.strip()}' is not closed")
    parts, begin = [], 0
    for match in separator.finditer("".join(plain)):
        parts.append(text[begin : match.start()])
        begin = match.end()
    return [*parts, text[begin:]]
