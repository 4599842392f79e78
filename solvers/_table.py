"""Methods of the command line: their classes, loaded on use, and their options."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib import import_module
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.solvers._solution import LinearSolver

__all__ = ["SOLVERS", "configure", "options", "solver_class"]

# method: (module, class); a module is imported only when its method is used
SOLVERS: dict[str, tuple[str, str]] = {
    "fft": ("sciml.solvers.spectral", "FFT"),
    "direct": ("sciml.solvers.direct", "Direct"),
    "cg": ("sciml.solvers.krylov", "CG"),
    "pcg": ("sciml.solvers.krylov", "PCG"),
    "fcg": ("sciml.solvers.krylov", "FCG"),
    "minres": ("sciml.solvers.krylov", "MINRES"),
    "gmres": ("sciml.solvers.krylov", "GMRES"),
    "multigrid": ("sciml.solvers.multigrid", "Multigrid"),
    "fmg": ("sciml.solvers.multigrid", "FMG"),
    "amg": ("sciml.solvers.algebraic", "AMG"),
    "dcdm": ("sciml.solvers.learned", "DCDM"),
}


def solver_class(method: str) -> type:
    """The class of a method.

    Raises
    ------
    InputError
        If the method is unknown.

    Examples
    --------
    >>> solver_class("cg").__name__
    'CG'
    """
    if method not in SOLVERS:
        known = ["auto", *SOLVERS]
        raise InputError(f"method '{method}' is unknown; use {', '.join(known)}{nearest(method, known)}")
    module, name = SOLVERS[method]
    found: type = getattr(import_module(module), name)
    return found


def options(method: str) -> dict[str, tuple[Any, Any]]:
    """Names of a method's options with type and default.

    Examples
    --------
    >>> options("pcg")["patience"]
    (<class 'int'>, 1000)
    """
    cls = solver_class(method)
    hints = get_type_hints(cls)
    return {
        f.name: (hints[f.name], f.default if f.default is not MISSING else None)
        for f in fields(cls)
        if f.init
    }


def configure(method: str, given: Mapping[str, Any] | None = None) -> LinearSolver:
    """The solver of `method` with options, e.g. from ``--set pcg.preconditioner=jacobi``.

    Parameters
    ----------
    method : str
        A name of `SOLVERS`.
    given : mapping, optional
        Option names to values; texts are converted to the type of the option.

    Raises
    ------
    InputError
        If the method or an option is unknown, or a value does not have the option's type.

    Examples
    --------
    >>> configure("pcg", {"preconditioner": "jacobi", "patience": "20"})
    PCG(preconditioner='jacobi', patience=20)
    """
    known = options(method)
    values = {}
    for name, value in (given or {}).items():
        if name not in known:
            names = f"use {', '.join(known)}{nearest(name, known)}" if known else "it has no options"
            raise InputError(f"option '{name}' of method {method} is unknown; {names}")
        values[name] = converted(f"{method}.{name}", value, known[name][0])
    solver: LinearSolver = solver_class(method)(**values)
    return solver


def converted(label: str, value: Any, kind: Any) -> Any:
    """`value` (a text or a TOML value) as `kind`: bool, int, float, str, Literal, optional ones or Any."""
    if kind is Any:
        return value
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        for choice in choices:
            if value == choice or value == str(choice):
                return choice
        names = [str(choice) for choice in choices]
        raise InputError(f"{label} is {value!r}; use {', '.join(names)}{nearest(str(value), names)}")
    if get_origin(kind) in (Union, UnionType):
        return _one_of(label, value, get_args(kind))
    if isinstance(value, bool) or kind is bool:
        return _flag(label, value, kind)
    try:
        result = kind(value)
        exact = not isinstance(value, float) or result == value
    except (TypeError, ValueError):
        exact = False
    if not exact:
        raise InputError(f"{label} is {value!r}; expected {_NAMES.get(kind, kind)}")
    return result


_NAMES = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def _flag(label: str, value: Any, kind: Any) -> bool:
    known = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
    if kind is bool and str(value).lower() in known:
        return known[str(value).lower()]
    raise InputError(f"{label} is {value!r}; expected {_NAMES.get(kind, kind)}")


def _one_of(label: str, value: Any, kinds: tuple[Any, ...]) -> Any:
    if type(None) in kinds and (value is None or str(value).lower() == "none"):
        return None
    failure: InputError | None = None
    for kind in kinds:
        if kind is not type(None):
            try:
                return converted(label, value, kind)
            except InputError as error:
                failure = error
    assert failure is not None
    raise failure
