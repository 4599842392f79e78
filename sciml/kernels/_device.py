"""Where arrays live: NumPy's on the CPU, CuPy's on a CUDA device. Kernels run where their arguments are."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from sciml._errors import InputError
from sciml._optional import require

__all__ = ["dispatched", "is_on_device", "to_device", "to_host"]

P = ParamSpec("P")
R = TypeVar("R")

INSTALL = "'sciml-kit[cuda13]' (or [cuda12], for drivers of CUDA 12)"


def is_on_device(value: Any) -> bool:
    """Whether an array, or the last one of a tuple of arrays, lives on a CUDA device.

    Examples
    --------
    >>> is_on_device(np.ones(3))
    False
    """
    while isinstance(value, tuple) and value:
        value = value[-1]
    return type(value) is not np.ndarray and hasattr(type(value), "__cuda_array_interface__")


def dispatched(kernel: Callable[P, R]) -> Callable[P, R]:
    """Send calls with arrays on a device to the function of the same name in the module ``cuda`` beside the kernel.

    The first array, or tuple of arrays, among the positional arguments decides.
    """
    beside = f"{kernel.__module__}.cuda"

    @wraps(kernel)
    def choose(*args: P.args, **kwargs: P.kwargs) -> R:
        for value in args:
            if isinstance(value, np.ndarray):
                break
            if is_on_device(value):
                return cast(R, getattr(import_module(beside), kernel.__name__)(*args, **kwargs))
            if isinstance(value, tuple) and isinstance(value[-1], np.ndarray):
                break
        return kernel(*args, **kwargs)

    return choose


def to_device(value: Any) -> Any:
    """`value` with the NumPy arrays in it, in tuples at any depth, as arrays on the current CUDA device.

    Raises
    ------
    InputError
        If there is no such device.
    MissingDependencyError
        If CuPy is not installed.
    """
    cupy = device_library()
    return _mapped(lambda array: cupy.asarray(array) if isinstance(array, np.ndarray) else array, value)


def to_host(value: Any) -> Any:
    """`value` with the arrays on a device in it, in tuples at any depth, as NumPy arrays.

    Examples
    --------
    >>> to_host((np.ones(2), 3))
    (array([1., 1.]), 3)
    """
    return _mapped(lambda array: array.get() if is_on_device(array) else array, value)


def device_library() -> Any:
    """CuPy, where there is a device for it.

    Raises
    ------
    InputError
        If there is no CUDA device, or no driver.
    MissingDependencyError
        If CuPy is not installed.
    """
    cupy = require("cupy", INSTALL)
    if not cupy.cuda.is_available():
        raise InputError("device cuda was asked for and there is no CUDA device (or no driver); use device cpu")
    return cupy


def _mapped(convert: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, tuple):
        parts = [_mapped(convert, part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return convert(value)
