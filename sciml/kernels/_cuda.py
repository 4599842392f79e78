"""CUDA sources of kernel folders: compiled when first launched, one variant for each choice of types."""

from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._device import is_on_device

__all__ = ["Program", "geometry"]

THREADS = 256
# Blocks of a launch: enough to fill any card several times over; loops in the kernels cover the rest.
MOST_BLOCKS = 4096
# Items that a thread of a summing kernel takes: few blocks, hence few partial sums.
SUMMED = 16
C_TYPES = {"float32": "float", "float64": "double", "int32": "int", "int64": "long long"}
FLOATS = ("float32", "float64")
VARIANTS = {"REAL": FLOATS, "INPUT": FLOATS, "CYCLE": FLOATS, "INDEX": ("int32", "int64")}

Extent = tuple[int, int, int]


def geometry(size: int | Extent, most: int = MOST_BLOCKS) -> tuple[Extent, Extent]:
    """Blocks and threads a block, (x, y, z) each, for so many items or for a box (n0, n1, n2), x along its last axis.

    There may be more items than threads: kernels loop.

    Examples
    --------
    >>> geometry(1000)
    ((4, 1, 1), (256, 1, 1))
    >>> geometry((3, 20, 40))
    ((2, 3, 3), (32, 8, 1))
    """
    if not isinstance(size, tuple):
        return (max(1, min(most, -(-size // THREADS))), 1, 1), (THREADS, 1, 1)
    n0, n1, n2 = size
    x, y = (32, THREADS // 32) if n1 > 1 else (THREADS, 1)
    across, down = max(1, min(most, -(-n2 // x))), max(1, min(most, -(-n1 // y)))
    return (across, down, max(1, min(most // across // down, n0))), (x, y, 1)


class Program:
    """The text of ``cuda.cu`` in a kernel folder behind the headers it names.

    Parameters
    ----------
    package : str
        ``sciml.kernels.<op>``.
    headers : str
        Names of files ``_<name>.cuh`` in ``sciml.kernels``, in order; ``launch`` comes first by itself.
    types : tuple of str
        Type names that the text leaves open: "REAL" and "CYCLE", the precision of multigrid cycles where it may be
        another (float32 or float64), "INDEX" (int32 or int64).

    Notes
    -----
    There are no templates and no includes in the sources, so that the very text that is launched can also be
    compiled and run by a C++ compiler. CuPy keeps compiled code in memory for each device, and on disk.
    """

    def __init__(self, package: str, *headers: str, types: tuple[str, ...] = ("REAL",)) -> None:
        self.package, self.headers, self.types = package, ("launch", *headers), types
        self._modules: dict[tuple[str, ...], Any] = {}

    @cached_property
    def text(self) -> str:
        """The whole source."""
        kernels = files("sciml.kernels")
        parts = [kernels / f"_{name}.cuh" for name in self.headers] + [files(self.package) / "cuda.cu"]
        return "\n".join(part.read_text(encoding="utf-8") for part in parts)

    def variants(self) -> Iterator[tuple[str, ...]]:
        """All compiler options that `launch` may use."""
        for chosen in product(*(VARIANTS[name] for name in self.types)):
            yield self.options(*chosen)

    def options(self, *dtypes: DTypeLike) -> tuple[str, ...]:
        """Compiler options for the given choice of types."""
        defined = zip(self.types, dtypes, strict=True)
        return "-std=c++17", *(f"-D{name}={C_TYPES[np.dtype(dtype).name]}" for name, dtype in defined)

    def launch(
        self, name: str, size: int | Extent, types: tuple[DTypeLike, ...], *args: Any, most: int = MOST_BLOCKS
    ) -> None:
        """Run kernel `name` over `size` items on the current stream of the device that holds the arrays.

        Parameters
        ----------
        name : str
            A function ``extern "C" __global__``.
        size : int or (n0, n1, n2)
            See `geometry`; nothing is launched when it is 0.
        types : tuple of dtype
            For the program's `types`, in order.
        args : ndarray of CuPy, int, bool, NumPy scalar or tuple of these
            In the order of the parameters: tuples are spread; int becomes ``int`` (``long long`` as np.int64),
            bool ``bool``; real numbers must come as scalars of the right dtype.
        most : int
            Largest number of blocks.

        Raises
        ------
        ValueError
            If an array is not C-contiguous or lies on another device than the first.
        """
        if np.prod(size) == 0:
            return
        import cupy

        flat = list(_spread(args))
        arrays = [value for value in flat if is_on_device(value)]
        home = arrays[0].device
        for array in arrays:
            if array.device != home:
                raise ValueError(f"{self.package}: arrays lie on {home} and {array.device}; expected one device")
            if not array.flags.c_contiguous:
                raise ValueError(f"{self.package}: an array of shape {array.shape} is not C-contiguous")
        with home:
            options = self.options(*types)
            if options not in self._modules:
                self._modules[options] = cupy.RawModule(code=self.text, options=options)
            grid, block = geometry(size, most)
            self._modules[options].get_function(name)(grid, block, tuple(flat))

    def sums(
        self, name: str, size: tuple[int, int], types: tuple[DTypeLike, ...], *args: Any, count: int = 1
    ) -> NDArray[np.float64]:
        """Run kernel `name`, which sums over each of several planes, and add the sums of its blocks in one order.

        Parameters
        ----------
        name : str
            Its last parameter is ``double *partial`` of shape (count, planes, blocks of a plane); see "planes.cuh".
        size : (planes, items)
            Items of one plane; a vector is a single plane.
        types, args
            As for `launch`, without `partial`.
        count : int
            Sums of each plane.

        Returns
        -------
        ndarray of float64 on the device, shape (count, planes)
            The same every time: numbers of blocks depend on `size` alone.
        """
        planes, items = size
        blocks = min(MOST_BLOCKS, -(-items // (SUMMED * THREADS)))
        beside = next(value for value in _spread(args) if is_on_device(value))
        partial = np.empty_like(beside, shape=(count, planes, blocks), dtype=np.float64)
        self.launch(name, (planes, 1, blocks * THREADS), types, *args, partial)
        added: NDArray[np.float64] = partial.sum(axis=2)
        return added


def _spread(args: Any) -> Iterator[Any]:
    for value in args:
        if isinstance(value, tuple):
            yield from _spread(value)
        elif isinstance(value, bool):
            yield np.bool_(value)
        elif isinstance(value, int):
            yield np.int32(value)
        else:
            yield value
