"""What every file of samples is once open: named inputs and outputs, read when asked for."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import Grid

__all__ = ["DataSet", "Field", "Indices", "StoredField"]

Indices: TypeAlias = int | slice | NDArray[np.integer[Any]]

PARTS = ("train", "val", "test")


class Field(Protocol):
    """Values of one name for all samples, on disk or in memory; the first axis counts samples."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, ...)."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of what indexing returns."""

    def __getitem__(self, samples: Indices, /) -> NDArray[Any]:
        """Values of these samples, as an array in memory."""


class StoredField:
    """Values that lie in something which can be sliced (an HDF5 data set, a memory map, an array).

    Parameters
    ----------
    store : array-like with shape and dtype
        Sliced along one axis by whole numbers and slices.
    axis : int
        Where it counts samples; moved to the front of what is read.
    dtype : dtype, optional
        What values become when read; default as stored.

    Examples
    --------
    >>> values = StoredField(np.arange(12.0).reshape(4, 3), axis=1)
    >>> values.shape
    (3, 4)
    >>> values[np.array([2, 0])]
    array([[ 2.,  5.,  8., 11.],
           [ 0.,  3.,  6.,  9.]])
    """

    def __init__(self, store: Any, axis: int = 0, dtype: Any = None) -> None:
        self.store, self.axis = store, axis
        self.dtype: np.dtype[Any] = np.dtype(store.dtype if dtype is None else dtype)
        rest = store.shape[:axis] + store.shape[axis + 1 :]
        self.shape: tuple[int, ...] = (int(store.shape[axis]), *rest)

    def __getitem__(self, samples: Indices) -> NDArray[Any]:
        if isinstance(samples, int | slice):
            return self._read(samples)
        out = np.empty((len(samples), *self.shape[1:]), self.dtype)
        for place, sample in enumerate(samples.tolist()):  # a copy of one sample at a time beside the result
            out[place] = self._read(sample)
        return out

    def _read(self, samples: int | slice) -> NDArray[Any]:
        part = np.asarray(self.store[(slice(None),) * self.axis + (samples,)], self.dtype)
        return np.moveaxis(part, self.axis, 0) if isinstance(samples, slice) else part


@dataclass(frozen=True, eq=False)
class DataSet(AbstractContextManager["DataSet"]):
    """Samples of one problem; a context manager that closes its file.

    Parameters
    ----------
    name : str
        What it is called in reports.
    inputs, outputs : mapping of str to Field
        For example ``inputs["coefficient"]`` of shape (N, *spatial), ``outputs["solution"]``; after the sample axis
        may come one of time.
    grid : Grid, optional
        Where the values of grid fields sit, with boundary conditions.
    equation : dict, optional
        The equation and its parameters, for certified prediction.
    attributes : dict
        Generator parameters, seed, version, units.
    split : mapping of str to ndarray of int64
        Samples of ``train``, ``val`` and ``test``; empty when the file has none.
    protocol : str
        Name of the split, stored beside every result.
    facts : mapping of str to ndarray
        A number for each sample: ``seed``, ``residual``.
    closing : ExitStack
        Closes what is open.

    Raises
    ------
    InputError
        If fields differ in their number of samples, or a split names samples that are not there, twice or in two parts.

    Examples
    --------
    >>> fields = {"coefficient": StoredField(np.ones((5, 8, 8)))}, {"solution": StoredField(np.ones((5, 8, 8)))}
    >>> with DataSet("five", *fields, split={"train": np.arange(4), "test": np.array([4])}) as data:
    ...     len(data), data.indices("test")
    (5, array([4]))
    """

    name: str
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]
    grid: Grid | None = None
    equation: dict[str, Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    split: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    protocol: str = "as stored"
    facts: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack, repr=False)

    def __post_init__(self) -> None:
        counts = {name: values.shape[0] for name, values in (*self.inputs.items(), *self.outputs.items())}
        if len(set(counts.values())) != 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items()) or "no fields"
            raise InputError(f"{self.name}: fields differ in their number of samples ({listed}); expected one number")
        _check_split(self.name, self.split, len(self))

    def __len__(self) -> int:
        """Number of samples."""
        fields = (*self.inputs.values(), *self.outputs.values())
        return int(fields[0].shape[0])

    def indices(self, part: str) -> NDArray[np.int64]:
        """Samples of a part of the split; all of them when there is no split.

        Raises
        ------
        InputError
            If there is a split without this part.
        """
        if not self.split:
            return np.arange(len(self))
        if part not in self.split:
            raise InputError(f"{self.name} has no part '{part}'; its split has {', '.join(self.split)}")
        return self.split[part]

    def __getstate__(self) -> dict[str, Any]:
        # Another process opens files of its own, and closes them when it ends.
        return self.__dict__ | {"closing": ExitStack()}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closing.close()


def _check_split(name: str, split: Mapping[str, NDArray[np.int64]], count: int) -> None:
    unknown = set(split) - set(PARTS)
    if unknown:
        raise InputError(f"{name}: part '{unknown.pop()}' of the split is unknown; expected {', '.join(PARTS)}")
    chosen = np.concatenate([np.asarray(part) for part in split.values()]) if split else np.arange(0)
    if len(chosen) and (chosen.min() < 0 or chosen.max() >= count):
        raise InputError(f"{name}: the split names sample {chosen.max()}, and there are {count}, counted from 0")
    if len(np.unique(chosen)) != len(chosen):
        raise InputError(f"{name}: a sample is in the split twice; expected parts without common samples")
