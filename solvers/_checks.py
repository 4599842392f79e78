"""Checks of options that several solvers share."""

from numbers import Integral

from sciml._errors import InputError

__all__ = ["check_whole"]


def check_whole(name: str, value: object, least: int = 1) -> None:
    """Raise InputError unless `value` is a whole number >= `least`.

    Examples
    --------
    >>> check_whole("maxiter", 20)
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise InputError(f"{name} is {value!r}; expected a whole number >= {least}")
