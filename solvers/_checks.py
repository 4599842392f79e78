"""Checks of options that several solvers share."""

from dataclasses import fields
from numbers import Integral
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sciml._arrays import device_of
from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.solvers._operator import MatrixOperator, as_operator

__all__ = [
    "DEVICE_METHODS", "check_choices", "check_operator", "check_runs_on", "check_same_device", "check_symmetric",
    "check_whole",
]

# What runs on a CUDA device.
DEVICE_METHODS = ("multigrid", "dcdm", "fmg", "cg", "pcg", "fcg")


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
    check_runs_on(getattr(A, "device", "cpu"), solver.method)
    if hasattr(solver, "check"):
        solver.check(A)


def check_runs_on(device: str, method: str) -> None:
    """Raise InputError unless solvers of `method` run on `device`.

    Examples
    --------
    >>> check_runs_on("cuda:0", "multigrid")
    """
    if device != "cpu" and method not in DEVICE_METHODS:
        raise InputError(
            f"method {method} runs on the CPU and device {device} was asked for; use {', '.join(DEVICE_METHODS)}, or "
            "device cpu"
        )


def check_same_device(A: Any, name: str, array: Any) -> None:
    """Raise InputError unless `array` lies where the operator `A` does: nothing moves silently.

    Examples
    --------
    >>> import numpy as np
    >>> check_same_device(np.eye(2), "right-hand side", np.ones(2))
    """
    here, there = device_of(array), getattr(A, "device", "cpu")
    if here == there:
        return
    of_array = f"the {name} by .get()" if there == "cpu" else f"the {name} by cupy.asarray"
    of_A = "A by A.to('cuda') on that device" if there == "cpu" or here != "cpu" else "A by A.to('cpu')"
    raise InputError(f"the {name} lies on {here} and A on {there}; move one of them: {of_array}, or {of_A}")
