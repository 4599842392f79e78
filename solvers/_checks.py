"""Checks of options that several solvers share."""

from dataclasses import fields
from numbers import Integral
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.solvers._operator import MatrixOperator, as_operator

__all__ = ["check_choices", "check_operator", "check_symmetric", "check_whole"]


def check_symmetric(method: str, A: Any) -> None:
    """Raise InputError if `A` is a matrix that is not symmetric.

    Examples
    --------
    >>> import numpy as np
    >>> check_symmetric("cg", np.eye(2))
    """
    operator = as_operator(A)
    if isinstance(operator, MatrixOperator) and not operator.is_symmetric:
        raise InputError(f"method {method} needs a symmetric matrix; use gmres or direct for this one")


def check_whole(name: str, value: object, least: int = 1) -> None:
    """Raise InputError unless `value` is a whole number >= `least`.

    Examples
    --------
    >>> check_whole("maxiter", 20)
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise InputError(f"{name} is {value!r}; expected a whole number >= {least}")


def check_choices(solver: Any) -> None:
    """Raise InputError unless every option of `solver` declared as a Literal holds one of its values.

    Parameters
    ----------
    solver : dataclass
        With its name in ``method``.
    """
    hints = get_type_hints(type(solver))
    for option in fields(solver):
        value, choices = getattr(solver, option.name), get_args(hints[option.name])
        if get_origin(hints[option.name]) is Literal and value not in choices:
            names = [str(choice) for choice in choices]
            raise InputError(
                f"{solver.method}.{option.name} is {value!r}; use {', '.join(names)}{nearest(str(value), names)}"
            )


def check_operator(solver: Any, A: Any) -> None:
    """Raise what the set-up of `solver` would raise for an operator it does not take, without the work of it.

    Solvers that take some operators only have a method ``check``, which their set-up calls first.

    Examples
    --------
    >>> from sciml.mesh import Grid
    >>> from sciml.pde import poisson
    >>> from sciml.solvers import FFT
    >>> check_operator(FFT(), poisson(Grid((8, 8))).A)
    """
    if hasattr(solver, "check"):
        solver.check(A)
