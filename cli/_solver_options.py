"""Options of single solvers: ``--set multigrid.cycle=W`` or a table ``[solver.multigrid]``."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from sciml._errors import InputError
from sciml.cli._values import as_text

__all__ = ["SolverOptions", "as_options"]

SolverOptions: TypeAlias = Mapping[str, Mapping[str, object]]


def as_options(given: object) -> dict[str, dict[str, object]]:
    """Options by method and key; names are checked where the methods are known.

    Raises
    ------
    InputError
        If text is not of the form ``method.key=value``.

    Examples
    --------
    >>> as_options(["multigrid.cycle=W", "multigrid.smoothing=2"])
    {'multigrid': {'cycle': 'W', 'smoothing': 2}}
    """
    if isinstance(given, Mapping):
        for method, table in given.items():
            if not isinstance(table, Mapping):
                raise InputError(f"{method} is {table!r}; expected a table of options")
        return {str(method): dict(table) for method, table in given.items()}
    result: dict[str, dict[str, object]] = {}
    for text in [given] if isinstance(given, str) or not isinstance(given, Iterable) else given:
        name, equals, value = as_text(text).partition("=")
        method, dot, key = name.strip().partition(".")
        if not (equals and dot and method and key and value.strip()):
            raise InputError(f"'{text}' given; expected method.key=value, as in multigrid.cycle=W")
        result.setdefault(method, {})[key] = _value(value.strip())
    return result


def _value(text: str) -> object:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
