"""Arrays that callers hand in, and where they live: NumPy's on the CPU, CuPy's on a CUDA device."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._optional import require

__all__ = [
    "device_library", "device_of", "doubles", "is_on_device", "on_device_of", "real_array", "to_device", "to_host",
    "zeros",
]

INSTALL = "'sciml-kit[cuda13]' (or [cuda12], for drivers of CUDA 12)"


def real_array(name: str, given: Any) -> NDArray[Any]:
    """`given` as an array of real numbers, its dtype kept; an array of NumPy or CuPy is returned as it is.

    What lies on a CUDA device stays there: tensors of torch become arrays of CuPy on the same memory.

    Raises
    ------
    InputError
        If it is ragged or holds anything but real numbers.

    Examples
    --------
    >>> real_array("source", [1, 2])
    array([1, 2])
    """
    try:
        values = device_library().asarray(given) if is_on_device(given) else np.asarray(given)
    except ValueError:
        raise InputError(f"{name} is not a rectangular array; expected rows of equal length") from None
    if values.dtype.kind not in "fiub":
        raise InputError(f"{name} has dtype {values.dtype}; expected real numbers")
    return values


def doubles(given: Any) -> NDArray[np.float64]:
    """`given` as a C-contiguous array of float64 where it lies, itself where it is one.

    Examples
    --------
    >>> doubles([1, 2])
    array([1., 2.])
    """
    values = given if is_on_device(given) else np.asarray(given)
    return values.astype(np.float64, order="C", copy=False)


def zeros(like: NDArray[Any]) -> NDArray[Any]:
    """Zeros in the shape, precision and place of `like`.

    On the CPU they are not written, unlike those of ``zeros_like``: the system hands out pages of zeros when the
    kernels first touch them, on as many threads as these have.

    Examples
    --------
    >>> zeros(np.ones(2))
    array([0., 0.])
    """
    return np.zeros_like(like) if is_on_device(like) else np.zeros(like.shape, like.dtype)


def is_on_device(value: Any) -> bool:
    """Whether an array, or the last one of a tuple of arrays, lives on a CUDA device.

    Examples
    --------
    >>> is_on_device(np.ones(3))
    False
    """
    while isinstance(value, tuple) and value:
        value = value[-1]
    if type(value) is np.ndarray or not hasattr(type(value), "__cuda_array_interface__"):
        return False
    return hasattr(value, "__cuda_array_interface__")  # tensors of torch on the CPU have it by their type only


def device_of(value: Any) -> str:
    """Name of the device of an array: "cpu", or "cuda:0" and so on.

    Examples
    --------
    >>> device_of(np.ones(3))
    'cpu'
    """
    if not is_on_device(value):
        return "cpu"
    return f"cuda:{value.device.id}" if hasattr(value.device, "id") else str(value.device)  # CuPy's, torch's


def on_device_of(value: Any) -> AbstractContextManager[Any]:
    """A context in which allocations go to the device of an array, or of the last one of a tuple of arrays."""
    while isinstance(value, tuple) and value:
        value = value[-1]
    return value.device if is_on_device(value) else nullcontext()


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
