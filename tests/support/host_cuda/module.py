"""A module that stands in for CuPy: its arrays lie on the CPU, and its launches run there and are recorded."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
import pytest

from host_cuda.arrays import Device, DeviceArray, Guarded, plain
from host_cuda.build import build
from sciml.kernels._cuda import geometry

__all__ = ["WAYS", "Launch", "stand_in"]

# How every kernel is run: in three orders of its threads, the last watched and with few blocks, so that loops over the
# grid go round more than once.
WAYS: dict[str, dict[str, int]] = {
    "rising": {"order": 0}, "falling": {"order": 1}, "shuffled": {"order": 7, "most_blocks": 2, "watched": True},
}

DTYPES = {
    "float": "float32", "double": "float64", "int": "int32", "long long": "int64", "bool": "bool",
    "signed char": "int8",
}
LARGEST_GRID = (2**31 - 1, 65535, 65535)
FAULTS = {1: "threads of a block meet different barriers", 2: "a barrier in a function called by the kernel"}


class Launch(NamedTuple):
    """One launch: kernel, geometry, types that were left open, stream."""

    name: str
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    options: tuple[str, ...]
    stream: object


class RawModule:
    """Takes what CuPy's RawModule takes; kernels check the type of every argument."""

    launches: ClassVar[list[Launch]] = []
    order: ClassVar[int] = 0
    watched: ClassVar[bool] = False

    def __init__(self, *, code: str, options: tuple[str, ...] = ()) -> None:
        self.code, self.options = code, options

    def get_function(self, name: str) -> Any:
        kernel = build(self.code, self.options, self.watched)[name]

        def launch(grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
            assert len(args) == len(kernel.parameters), f"{name} takes {kernel.parameters}, got {len(args)} arguments"
            assert np.prod(block) <= 1024
            assert all(0 < n <= most for n, most in zip(grid, LARGEST_GRID, strict=True)), grid
            cells = [cell(name, one, value) for one, value in zip(kernel.parameters, args, strict=True)]
            pointers = (ctypes.c_void_p * len(cells))(*(ctypes.addressof(one) for one in cells))
            if self.watched:
                watch(kernel.library, args)
            fault = kernel.call(pointers, (ctypes.c_uint * 6)(*grid, *block), self.order)
            assert not fault, f"{name}: {FAULTS[fault]}"
            if self.watched:
                assert not (message := seen(kernel.library)), f"{name}: {message}"
            for value in args:
                assert not isinstance(value, DeviceArray) or value.home.intact, f"{name} writes outside of an array"
            self.launches.append(Launch(name, grid, block, self.options, STREAMS.current))

        return launch


class Memory(ctypes.Structure):
    """An array of a launch: where its guard begins, it begins, it ends, its guard ends; bits of an entry's size."""

    _fields_ = [(name, ctypes.c_longlong) for name in ("start", "inside", "end", "stop", "shift")]


def watch(library: ctypes.CDLL, args: tuple[Any, ...]) -> None:
    """Tell the watch where the arrays of a launch are."""
    found = {}
    for value in args:
        if isinstance(value, DeviceArray):
            memory, inside = value.home.memory, value.home.inside
            start, first = memory.ctypes.data, inside.ctypes.data
            found[start] = Memory(
                start, first, first + inside.nbytes, start + memory.nbytes, value.dtype.itemsize.bit_length() - 1
            )
    assert library.watch_begin((Memory * len(found))(*found.values()), len(found))


def seen(library: ctypes.CDLL) -> str:
    """The first race or access outside of an array, if any."""
    library.watch_message.restype = ctypes.c_char_p
    return cast(bytes, library.watch_message()).decode()


def cell(name: str, parameter: str, value: Any) -> Any:
    """A C variable that holds an argument.

    Raises
    ------
    TypeError
        If the argument is not what the parameter is declared as: nothing would tell on a device.
    """
    dtype = DTYPES[parameter.removesuffix("*")]
    if not isinstance(value, DeviceArray | np.generic) or value.dtype != dtype or (
        isinstance(value, DeviceArray) != parameter.endswith("*")
    ):
        raise TypeError(f"{name}: a parameter {parameter} was given {value!r} ({getattr(value, 'dtype', type(value))})")
    if isinstance(value, DeviceArray):
        return ctypes.c_void_p(value.values.ctypes.data)
    return np.ctypeslib.as_ctypes_type(value.dtype)(value.item())


class Streams:
    """The stream that launches go to."""

    def __init__(self) -> None:
        self.current: object = "default"


STREAMS = Streams()


def _module() -> ModuleType:
    module: Any = ModuleType("cupy")
    module.RawModule, module.ndarray, module.launches = RawModule, DeviceArray, RawModule.launches
    module.asarray = lambda a, dtype=None: (
        a if isinstance(a, DeviceArray) and dtype in (None, a.dtype) else DeviceArray.of(np.asarray(_values(a), dtype))
    )
    module.asnumpy = lambda a: a.get()
    for name in ("zeros", "ones", "full", "arange"):
        setattr(module, name, _made(getattr(np, name)))
    module.empty = lambda shape, dtype=float: _empty(shape, dtype)
    module.cuda = SimpleNamespace(
        is_available=lambda: True, Device=Device, get_current_stream=lambda: STREAMS.current,
        runtime=SimpleNamespace(getDeviceCount=lambda: 1),
    )
    return module


def _values(a: Any) -> Any:
    return plain(a) if isinstance(a, DeviceArray) else a


def _made(function: Any) -> Any:
    return lambda *args, **kwargs: DeviceArray.of(function(*args, **kwargs))


def _empty(shape: Any, dtype: Any) -> DeviceArray:
    home = Guarded(shape if isinstance(shape, tuple) else (shape,), dtype)
    return DeviceArray(home.inside, home, Device(Device.current))


CUPY = _module()


@contextmanager
def stand_in(order: int = 0, watched: bool = False, most_blocks: int | None = None) -> Iterator[Any]:
    """Put the module in the place of ``cupy``; it is the same one each time, with no launches recorded yet.

    Parameters
    ----------
    order : int
        In which threads run: 0 rising, 1 falling, others shuffled.
    watched : bool
        Whether every load and store is checked for races and for leaving its array; several times slower.
    most_blocks : int
        Of a launch, so that small arrays do for threads to take several items each.
    """
    RawModule.order, RawModule.watched = order, watched
    RawModule.launches.clear()
    with pytest.MonkeyPatch.context() as patch:  # of this one module: others that are loaded meanwhile stay
        patch.setitem(sys.modules, "cupy", CUPY)
        if most_blocks:
            patch.setattr("sciml.kernels._cuda.geometry", lambda size, most: geometry(size, min(most, most_blocks)))
            patch.setattr("sciml.kernels._cuda.MOST_BLOCKS", most_blocks)
        yield CUPY
