"""Kernels run where their arguments are: NumPy's arrays on the CPU, CuPy's on a CUDA device."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from sciml._arrays import device_library, is_on_device, on_device_of, to_device, to_host

__all__ = ["device_library", "dispatched", "is_on_device", "to_device", "to_host"]

P = ParamSpec("P")
R = TypeVar("R")


def dispatched(kernel: Callable[P, R]) -> Callable[P, R]:
    """Send calls with arrays on a device to the function of the same name in the module ``cuda`` beside the kernel.

    The first array, or tuple of arrays, among the positional arguments decides; what is allocated lies beside it.
    """
    beside, ndarray = f"{kernel.__module__}.cuda", np.ndarray

    @wraps(kernel)
    def choose(*args: P.args, **kwargs: P.kwargs) -> R:
        # Small solves make a hundred calls in a millisecond: arrays of NumPy are recognised at once.
        value: Any
        for value in args:
            if isinstance(value, tuple) and value:
                value = value[-1]
            if type(value) is ndarray:
                break
            if type(value) is not float and is_on_device(value):
                with on_device_of(value):
                    return cast(R, getattr(import_module(beside), kernel.__name__)(*args, **kwargs))
        return kernel(*args, **kwargs)

    return choose
