"""Arrays that behave like CuPy's and live in memory of the CPU.

As strict as the real ones: NumPy must not see through them by itself, nothing mixes with NumPy's arrays, and only
functions that CuPy has are answered. Every allocation lies between guards, which no kernel may write to and
from which it would read NaN.
"""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

__all__ = ["Device", "DeviceArray", "Guarded", "wrapped"]

GUARD = 4096  # bytes
FILL = 0xFF  # NaN in both precisions, -1 in integers

FUNCTIONS = {
    "all", "amax", "amin", "any", "arange", "argsort", "broadcast_to", "concatenate", "copyto", "count_nonzero",
    "cumsum", "diff", "dot", "empty_like", "expand_dims", "flatnonzero", "full_like", "isfinite", "matmul", "max",
    "mean", "min", "moveaxis", "nonzero", "norm", "ones_like", "prod", "ravel", "repeat", "reshape", "roll",
    "searchsorted", "shape", "size", "sort", "split", "squeeze", "stack", "sum", "take", "transpose", "unique",
    "vdot", "where", "zeros_like",
}


class Device:
    """A CUDA device by number; a context in which allocations go there."""

    current = 0

    def __init__(self, number: int = 0) -> None:
        self.id = number
        self.before: list[int] = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"<CUDA Device {self.id}>"

    def __enter__(self) -> "Device":
        self.before.append(Device.current)
        Device.current = self.id
        return self

    def __exit__(self, *_: object) -> None:
        Device.current = self.before.pop()


class Guarded:
    """Memory of one allocation between guards."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        count = int(np.prod(shape)) * np.dtype(dtype).itemsize
        self.memory = np.full(count + 2 * GUARD, FILL, np.uint8)
        self.inside = self.memory[GUARD : GUARD + count].view(dtype).reshape(shape)

    @property
    def intact(self) -> bool:
        return bool((self.memory[:GUARD] == FILL).all() and (self.memory[-GUARD:] == FILL).all())


class DeviceArray(NDArrayOperatorsMixin):
    """An array on a device.

    Parameters
    ----------
    values : ndarray
        A view into the memory of `home`.
    home : Guarded
    device : Device
    """

    def __init__(self, values: np.ndarray, home: Guarded, device: Device) -> None:
        self.values, self.home, self.device = values, home, device

    @classmethod
    def of(cls, values: Any) -> "DeviceArray":
        """A copy of `values` on the current device."""
        values = np.asarray(values)
        home = Guarded(values.shape, values.dtype)
        home.inside[...] = values
        return cls(home.inside, home, Device(Device.current))

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return self.values.__array_interface__

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`.")

    def get(self) -> np.ndarray:
        return self.values.copy()

    shape = property(lambda self: self.values.shape)
    dtype = property(lambda self: self.values.dtype)
    size = property(lambda self: self.values.size)
    ndim = property(lambda self: self.values.ndim)
    itemsize = property(lambda self: self.values.itemsize)
    nbytes = property(lambda self: self.values.nbytes)
    flags = property(lambda self: self.values.flags)
    strides = property(lambda self: self.values.strides)
    T = property(lambda self: self.view_of(self.values.T))

    def view_of(self, values: np.ndarray) -> "DeviceArray":
        return DeviceArray(values, self.home, self.device)

    def result(self, values: Any) -> Any:
        """What an operation returns: a view of this array, or an array of its own."""
        if isinstance(values, tuple):
            return tuple(self.result(one) for one in values)
        if values is None:
            return None
        values = np.asarray(values)
        if np.may_share_memory(values, self.home.memory):
            return self.view_of(values)
        return DeviceArray.of(values)

    def __getitem__(self, index: Any) -> "DeviceArray":
        return self.result(self.values[plain(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.values[plain(index)] = plain(value)

    def __len__(self) -> int:
        return len(self.values)

    def __float__(self) -> float:
        return float(self.values)

    def __int__(self) -> int:
        return int(self.values)

    def __bool__(self) -> bool:
        return bool(self.values)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        if method not in ("__call__", "reduce") or (method == "__call__" and "where" in kwargs):
            return NotImplemented
        target = {} if out is None else {"out": tuple(plain(one) for one in out)}
        found = getattr(ufunc, method)(*map(plain, inputs), **plain(kwargs), **target)
        return out[0] if out is not None else self.result(found)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function.__name__ not in FUNCTIONS:
            raise TypeError(f"CuPy's stand-in knows no {function.__name__}; add it if CuPy has it")
        return self.result(function(*plain(args), **plain(kwargs)))


def plain(value: Any) -> Any:
    """`value` with the arrays of the device in it unwrapped; those of NumPy are refused as CuPy refuses them."""
    if isinstance(value, DeviceArray):
        return value.values
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, tuple | list):
        return type(value)(plain(one) for one in value)
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def forwarded(name: str) -> Any:
    def method(self: DeviceArray, *args: Any, **kwargs: Any) -> Any:
        return self.result(getattr(self.values, name)(*plain(args), **plain(kwargs)))

    return method


for name in ("all", "any", "argmax", "argmin", "argsort", "astype", "copy", "cumsum", "max", "mean", "min", "nonzero",
             "prod", "ravel", "reshape", "squeeze", "sum", "take", "transpose", "view"):
    setattr(DeviceArray, name, forwarded(name))


def fill(self: DeviceArray, value: Any) -> None:
    self.values.fill(value)


DeviceArray.fill = fill  # type: ignore[attr-defined]


def wrapped(value: Any) -> Any:
    """NumPy's arrays in a tuple of any depth as arrays on the device."""
    if isinstance(value, tuple):
        parts = [wrapped(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return DeviceArray.of(value) if isinstance(value, np.ndarray) else value
