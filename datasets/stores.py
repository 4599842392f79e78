"""Arrays on disk that give parts of themselves: mapped files, HDF5 data sets, one array a sample, repeated axes."""

import os
from collections.abc import Sequence
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["Hdf5Array", "Hdf5File", "Mapped", "PerSample", "Selection", "Store", "Tiled"]

Selection: TypeAlias = tuple[int | slice, ...]


class Store(Protocol):
    """An array of which parts are read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As stored."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """As stored, in the byte order of this machine."""

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A new array of `dtype` with the part of each axis (a whole number takes the axis away), and no other copy."""


class Mapped:
    """An array whose bytes lie in a file as they do in memory.

    The file is mapped at the first access and again in every process that gets the object; mapped pages belong to the
    cache of the operating system, which takes them back when memory is short.

    Parameters
    ----------
    path : Path
    offset : int
        First byte.
    shape : tuple of int
    dtype : dtype
        Either byte order.
    order : {"C", "F"}
        Which axis varies fastest, the last or the first.

    Raises
    ------
    InputError
        If the file is too short.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.bin")
    ...     _ = path.write_bytes(np.arange(6.0).tobytes())
    ...     Mapped(path, 0, (2, 3), np.dtype("f8")).read((1, slice(0, 2)), np.dtype("f4"))
    array([3., 4.], dtype=float32)
    """

    def __init__(
        self, path: Path, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any], order: Literal["C", "F"] = "C"
    ) -> None:
        self.path, self.offset, self.shape, self.stored, self.order = path, offset, shape, dtype, order
        self.dtype: np.dtype[Any] = dtype.newbyteorder("=")
        wanted, there = offset + prod(shape) * dtype.itemsize, path.stat().st_size
        if wanted > there:
            raise InputError(f"{path} is truncated: {wanted} bytes are announced and {there} are there; get it again")

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A copy of a part."""
        return np.array(self._array[selection], dtype, order="K")

    @cached_property
    def _array(self) -> NDArray[Any]:
        if 0 in self.shape:
            return np.empty(self.shape, self.stored)
        return np.memmap(self.path, self.stored, "r", self.offset, self.shape, self.order)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_array"}


class Hdf5File:
    """An HDF5 file that is opened in every process that reads from it.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, Any] | None = None

    def handle(self) -> Any:
        """The open h5py.File of this process.

        Raises
        ------
        InputError
            If the file is damaged or truncated.
        """
        import h5py

        # A handle that came with a fork shares its place in the file with the parent's: it is left alone.
        if self._opened is None or self._opened[0] != os.getpid():
            try:
                self._opened = os.getpid(), h5py.File(self.path, "r")
            except (OSError, RuntimeError) as error:
                raise InputError(f"{self.path} is damaged or truncated ({_line(error)}); get it again") from None
        return self._opened[1]

    def close(self) -> None:
        """Close the handle of this process; the next read opens it again."""
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_opened": None}


class Hdf5Array:
    """A data set of real numbers in an HDF5 file, with the text of its attribute ``units`` if it has one.

    Parameters
    ----------
    file : Hdf5File
    name : str
        Path inside it.

    Raises
    ------
    InputError
        If it holds anything else, or announces more than was written.
    """

    def __init__(self, file: Hdf5File, name: str) -> None:
        from sciml.mesh.io.hdf5 import check_held

        self.file, self.name = file, name
        data = file.handle()[name]
        if data.dtype.kind not in "fiub":
            raise InputError(f"{file.path}:{name} holds {data.dtype}; expected real numbers")
        check_held(data)
        unit = data.attrs.get("units", "")
        self.units: str = unit.decode() if isinstance(unit, bytes) else str(unit)
        self.shape: tuple[int, ...] = tuple(data.shape)
        self.dtype: np.dtype[Any] = data.dtype.newbyteorder("=")

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A part, converted while it is read."""
        shape = tuple(
            len(range(*part.indices(length)))
            for part, length in zip(selection, self.shape, strict=True) if isinstance(part, slice)
        )
        try:
            data = self.file.handle()[self.name]
            # HDF5 converts neither flags to numbers nor reads nothing.
            if not shape or 0 in shape or data.dtype.kind == "b":
                return np.asarray(data[selection]).astype(dtype)
            out = np.empty(shape, dtype)
            data.read_direct(out, selection)
        except (OSError, RuntimeError, KeyError) as error:
            raise InputError(f"{self.file.path}:{self.name} is damaged ({_line(error)}); get it again") from None
        return out


class PerSample:
    """Arrays of one shape, one a sample, as one array with a first axis more.

    Parameters
    ----------
    parts : sequence of Store
        At least one.
    """

    def __init__(self, parts: Sequence[Store]) -> None:
        self.parts = parts
        self.shape: tuple[int, ...] = (len(parts), *parts[0].shape)
        self.dtype: np.dtype[Any] = parts[0].dtype

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A part, sample by sample."""
        samples, rest = selection[0], selection[1:]
        if isinstance(samples, int):
            return self.parts[samples].read(rest, dtype)
        chosen = range(len(self.parts))[samples]
        lengths = [range(n)[part] for n, part in zip(self.shape[1:], rest, strict=True) if isinstance(part, slice)]
        out = np.empty((len(chosen), *map(len, lengths)), dtype)
        for row, sample in zip(out, chosen, strict=True):
            row[...] = self.parts[sample].read(rest, dtype)
        return out


class Tiled:
    """An array seen with axes that are not stored, along which its values repeat.

    Parameters
    ----------
    store : Store
        Its axes in the order of the whole; one of length 1 repeats too.
    axes : tuple of (int or None)
        For every axis of the whole the axis of `store`, None where it has none.
    shape : tuple of int
        Of the whole.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.bin")
    ...     _ = path.write_bytes(np.arange(2.0).tobytes())
    ...     whole = Tiled(Mapped(path, 0, (2,), np.dtype("f8")), (None, 0), (3, 2))
    ...     whole.read((slice(0, 2), slice(None)), np.dtype("f8"))
    array([[0., 1.],
           [0., 1.]])
    """

    def __init__(self, store: Store, axes: tuple[int | None, ...], shape: tuple[int, ...]) -> None:
        self.store, self.axes, self.shape, self.dtype = store, axes, shape, store.dtype
        self.units: str = getattr(store, "units", "")

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A part; only what is stored of it is read."""
        inner: list[int | slice] = [0] * len(self.store.shape)
        thin, full = [], []
        for axis, part, length in zip(self.axes, selection, self.shape, strict=True):
            if isinstance(part, slice):
                full.append(len(range(length)[part]))
            repeats = axis is None or (self.store.shape[axis] == 1 and length > 1)
            if axis is not None and not repeats:
                inner[axis] = part
            if isinstance(part, slice):
                thin.append(1 if repeats else full[-1])
        values = self.store.read(tuple(inner), dtype).reshape(thin)
        return np.array(np.broadcast_to(values, full)) if thin != full else values


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
