"""Fields whose samples differ in length, such as values of atoms: rows of all samples one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.dataset import Indices
from sciml.datasets.stores import Store

__all__ = ["Constant", "InMemory", "Ragged", "Renamed", "Repeated", "Rows", "Scaled", "Stacked", "Stored", "Table"]

Array = NDArray[Any]


class Rows(Protocol):
    """Values along a first axis, of which ranges are read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, ...)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of what is read."""

    def read(self, start: int, stop: int) -> Array:
        """Rows from `start` to below `stop`, in memory."""


class Table:
    """One row a sample, as a field.

    Parameters
    ----------
    rows : Rows

    Examples
    --------
    >>> Table(InMemory(np.arange(4.0)))[np.array([2, 0])]
    array([2., 0.])
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.shape, self.dtype = rows.shape, rows.dtype

    def __getitem__(self, samples: Indices) -> Array:
        if isinstance(samples, int | np.integer):
            one = range(self.shape[0])[int(samples)]
            return np.asarray(self.rows.read(one, one + 1)[0])
        runs = [self.rows.read(first, last) for first, last in _runs(samples, self.shape[0])]
        return _together(runs, self.shape[1:], self.dtype)


class Ragged:
    """As many rows a sample as `counts` says, as a field.

    One sample is read as (rows of it, ...), several as a flat batch: their rows one after the other, which
    ``counts[samples]`` tells apart. ``shape`` is (N, ...) without the axis that varies.

    Parameters
    ----------
    rows : Rows
        Of all samples.
    counts : ndarray of int64, shape (N,)

    Examples
    --------
    >>> field = Ragged(InMemory(np.arange(6.0)), np.array([2, 1, 3]))
    >>> field.shape, field[2], field[np.array([1, 0])]
    ((3,), array([3., 4., 5.]), array([2., 0., 1.]))
    """

    def __init__(self, rows: Rows, counts: NDArray[np.int64]) -> None:
        self.rows, self.counts = rows, counts
        self.offsets: NDArray[np.int64] = np.concatenate(([0], np.cumsum(counts)))
        self.shape: tuple[int, ...] = (len(counts), *rows.shape[1:])
        self.dtype: np.dtype[Any] = rows.dtype

    def __getitem__(self, samples: Indices) -> Array:
        if isinstance(samples, int | np.integer):
            one = range(self.shape[0])[int(samples)]
            return self._read(one, one + 1)
        runs = [self._read(first, last) for first, last in _runs(samples, self.shape[0])]
        return _together(runs, self.shape[1:], self.dtype)

    def _read(self, first: int, last: int) -> Array:
        return self.rows.read(int(self.offsets[first]), int(self.offsets[last]))


@dataclass(frozen=True, eq=False)
class InMemory:
    """Rows of an array."""

    values: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return self.values.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the array."""
        return self.values.dtype

    def read(self, start: int, stop: int) -> Array:
        """A view."""
        return self.values[start:stop]


class Stored:
    """Rows of a stored array, of which each item holds several.

    Parameters
    ----------
    store : Store
    row : tuple of int, optional
        Shape of a row; default that of an item.
    dtype : dtype, optional
        Of what is read; default as stored.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sciml.datasets.stores import Mapped
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.bin")
    ...     _ = path.write_bytes(np.arange(12.0).tobytes())
    ...     rows = Stored(Mapped(path, 0, (2, 6), np.dtype("f8")), (3,))
    ...     rows.shape, rows.read(1, 3)
    ((4, 3), array([[3., 4., 5.],
           [6., 7., 8.]]))
    """

    def __init__(self, store: Store, row: tuple[int, ...] | None = None, dtype: Any = None) -> None:
        self.store, self.row = store, tuple(store.shape[1:]) if row is None else row
        self.per_item = int(np.prod(store.shape[1:], dtype=int)) // max(1, int(np.prod(self.row, dtype=int)))
        self.shape: tuple[int, ...] = (store.shape[0] * self.per_item, *self.row)
        self.dtype: np.dtype[Any] = np.dtype(store.dtype if dtype is None else dtype)

    def read(self, start: int, stop: int) -> Array:
        """Only the items that hold these rows are read."""
        first, last = start // self.per_item, -(-stop // self.per_item)
        rest = (slice(None),) * (len(self.store.shape) - 1)
        items = self.store.read((slice(first, last), *rest), self.dtype)
        begin = start - first * self.per_item
        return np.ascontiguousarray(items).reshape(-1, *self.row)[begin : begin + stop - start]


@dataclass(frozen=True, eq=False)
class Repeated:
    """The same rows again and again: the species of atoms that do not change from sample to sample."""

    values: Array
    times: int

    @property
    def shape(self) -> tuple[int, ...]:
        """With all repetitions."""
        return (self.times * len(self.values), *self.values.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the values."""
        return self.values.dtype

    def read(self, start: int, stop: int) -> Array:
        """Values over and over."""
        return np.take(self.values, np.arange(start, stop), axis=0, mode="wrap")


@dataclass(frozen=True, eq=False)
class Constant:
    """One value in all rows."""

    value: Any
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, start: int, stop: int) -> Array:
        """The value."""
        return np.full((stop - start, *self.shape[1:]), self.value, self.dtype)


@dataclass(frozen=True, eq=False)
class Scaled:
    """Rows times a factor, in float64."""

    rows: Rows
    factor: float
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        """As it was."""
        return self.rows.shape

    def read(self, start: int, stop: int) -> Array:
        """Products."""
        return np.asarray(self.rows.read(start, stop) * np.float64(self.factor))


@dataclass(frozen=True, eq=False)
class Renamed:
    """Whole numbers replaced by what a table says."""

    rows: Rows
    table: NDArray[np.integer[Any]]

    @property
    def shape(self) -> tuple[int, ...]:
        """As it was."""
        return self.rows.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the table."""
        return self.table.dtype

    def read(self, start: int, stop: int) -> Array:
        """Entries of the table."""
        return self.table[self.rows.read(start, stop)]


class Stacked:
    """Rows of several one after the other.

    Parameters
    ----------
    parts : sequence of Rows
        At least one, with rows of one shape.

    Examples
    --------
    >>> Stacked([InMemory(np.arange(3)), InMemory(np.arange(2))]).read(1, 4)
    array([1, 2, 0])
    """

    def __init__(self, parts: Sequence[Rows]) -> None:
        self.parts = tuple(parts)
        self.bounds = np.cumsum([0, *(part.shape[0] for part in parts)])
        self.shape: tuple[int, ...] = (int(self.bounds[-1]), *parts[0].shape[1:])
        self.dtype: np.dtype[Any] = np.result_type(*(part.dtype for part in parts))

    def read(self, start: int, stop: int) -> Array:
        """Of each part what lies in the range."""
        found = []
        for part, low, high in zip(self.parts, self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True):
            if max(start, low) < min(stop, high):
                found.append(part.read(max(start, low) - low, min(stop, high) - low))
        return _together(found, self.shape[1:], self.dtype)


def _runs(samples: slice | NDArray[Any], count: int) -> list[tuple[int, int]]:
    """Ranges of neighbours among the samples, in order."""
    chosen = np.arange(count)[samples]
    if not len(chosen):
        return []
    cuts = np.flatnonzero(np.diff(chosen) != 1) + 1
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(chosen, cuts)]


def _together(runs: list[Array], row: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    if not runs:
        return np.empty((0, *row), dtype)
    return runs[0].astype(dtype) if len(runs) == 1 else np.concatenate(runs).astype(dtype, copy=False)
