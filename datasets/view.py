"""Fields as models want them, (N, T, *spatial), out of parts of arrays stored in another order of axes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import Field, Indices
from sciml.datasets.stores import Store

__all__ = ["Joined", "View", "joined"]


class View:
    """A window on a stored array, its axes in another order.

    Parameters
    ----------
    store : Store
    axes : sequence of int, optional
        Axes of the store in the order wanted, that of samples first; those with a number in `window` left out.
        Default as stored.
    window : mapping of int to int or slice, optional
        Part of an axis of the store; a number takes one layer of it. Not for the axis of samples.
    dtype : dtype, optional
        What values become when read; default as stored, numbers 0 and 1 of float32 for flags.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sciml.datasets.stores import Mapped
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.bin")
    ...     _ = path.write_bytes(np.arange(12.0).tobytes())
    ...     view = View(Mapped(path, 0, (4, 3), np.dtype("f8")), axes=(1, 0), window={0: slice(0, 4, 2)})
    ...     view.shape, view[np.array([2, 0])]
    ((3, 2), array([[2., 8.],
           [0., 6.]]))
    """

    def __init__(
        self, store: Store, axes: Sequence[int] | None = None, window: Mapping[int, int | slice] | None = None,
        dtype: Any = None,
    ) -> None:
        self.store, self.window = store, dict(window or {})
        self.units: str = getattr(store, "units", "")
        every = range(len(store.shape))
        self.axes = tuple(a for a in every if not isinstance(self.window.get(a), int)) if axes is None else tuple(axes)
        default = np.dtype(np.float32) if store.dtype.kind == "b" else store.dtype
        self.dtype: np.dtype[Any] = default if dtype is None else np.dtype(dtype)
        self.shape: tuple[int, ...] = tuple(len(range(store.shape[axis])[self._part(axis)]) for axis in self.axes)

    def __getitem__(self, samples: Indices) -> NDArray[Any]:
        every = range(self.shape[0])
        if isinstance(samples, int | np.integer):
            return self._read(every[int(samples)])
        chosen = np.arange(*samples.indices(len(every))) if isinstance(samples, slice) else _checked(samples, every)
        # Neighbours are read together: in files that store samples last, one costs as much as several.
        ranks = np.argsort(chosen, kind="stable")
        cuts = np.flatnonzero(np.diff(chosen[ranks]) != 1) + 1
        if not len(cuts) and np.all(ranks[:-1] < ranks[1:]):
            first = int(chosen[0]) if len(chosen) else 0
            return self._read(slice(first, first + len(chosen)))
        out = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        most = max(1, len(chosen) // 4)  # beside the result lies no more than a quarter of it
        for run in np.split(ranks, cuts):
            for part in np.split(run, range(most, len(run), most)):
                first = int(chosen[part[0]])
                out[part] = self._read(slice(first, first + len(part)))
        return out

    def _part(self, axis: int) -> slice:
        part = self.window.get(axis, slice(None))
        assert isinstance(part, slice)
        return part

    def _read(self, samples: int | slice) -> NDArray[Any]:
        selection = tuple(
            samples if axis == self.axes[0] else self.window.get(axis, slice(None))
            for axis in range(len(self.store.shape))
        )
        left = [axis for axis, part in enumerate(selection) if isinstance(part, slice)]
        wanted = [axis for axis in self.axes if axis in left]
        return self.store.read(selection, self.dtype).transpose([left.index(axis) for axis in wanted])


class Joined:
    """Samples of several files one after the other.

    Parameters
    ----------
    parts : sequence of Field
        Alike but for their number of samples.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> both = Joined([StoredField(np.zeros((2, 1))), StoredField(np.ones((3, 1)))])
    >>> both.shape, both[np.array([4, 0])].ravel()
    ((5, 1), array([1., 0.]))
    """

    def __init__(self, parts: Sequence[Field]) -> None:
        self.parts = tuple(parts)
        self.bounds = np.cumsum([0, *(part.shape[0] for part in parts)])
        self.shape: tuple[int, ...] = (int(self.bounds[-1]), *parts[0].shape[1:])
        self.dtype: np.dtype[Any] = np.result_type(*(part.dtype for part in parts))

    def __getitem__(self, samples: Indices) -> NDArray[Any]:
        every = range(self.shape[0])
        if isinstance(samples, int | np.integer):
            sample = every[int(samples)]
            only = int(np.searchsorted(self.bounds, sample, "right")) - 1
            return self.parts[only][sample - int(self.bounds[only])].astype(self.dtype, copy=False)
        chosen = np.arange(*samples.indices(len(every))) if isinstance(samples, slice) else _checked(samples, every)
        if len(holding := np.unique(np.searchsorted(self.bounds, chosen, "right") - 1)) == 1:
            only = int(holding[0])
            return self.parts[only][chosen - self.bounds[only]].astype(self.dtype, copy=False)
        out = np.empty((len(chosen), *self.shape[1:]), self.dtype)
        for part, (low, high) in zip(self.parts, pairwise(self.bounds.tolist()), strict=True):
            inside = np.flatnonzero((chosen >= low) & (chosen < high))
            if len(inside):
                out[inside] = part[chosen[inside] - low]
        return out


def joined(fields: Sequence[Field], names: Sequence[object]) -> Field:
    """The samples of several files as one field, the file's own where there is one.

    Parameters
    ----------
    names : sequence
        What messages call the files.

    Raises
    ------
    InputError
        If the files differ in shape or units.
    """
    units = [getattr(field, "units", "") for field in fields]
    for field, unit, name in zip(fields, units, names, strict=True):
        if unit != units[0]:
            raise InputError(
                f"{name} has values in '{unit}' and {names[0]} in '{units[0]}'; expected files of one unit: convert one"
            )
        if field.shape[1:] != fields[0].shape[1:]:
            raise InputError(
                f"{name} has samples of shape {field.shape[1:]} and {names[0]} of {fields[0].shape[1:]}; "
                "expected files of one shape: open them one by one, or convert them first"
            )
    return fields[0] if len(fields) == 1 else Joined(fields)


def _checked(samples: NDArray[Any], every: range) -> NDArray[np.int64]:
    chosen = np.asarray(samples)
    if chosen.dtype == bool or (len(chosen) and not -len(every) <= chosen.min() <= chosen.max() < len(every)):
        raise IndexError(f"samples {chosen} asked for; expected whole numbers below {len(every)}")
    return np.where(chosen < 0, chosen + len(every), chosen).astype(np.int64)
