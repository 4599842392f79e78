"""Fields in time: what is given and what follows as one series of frames, cut anew at any frame."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field, Indices

__all__ = ["Frames", "continued", "recut", "space_of"]


class Frames:
    """Frames `start` to `stop` of fields that follow one another in time.

    Parameters
    ----------
    parts : sequence of Field
        Each (N, T, *space), or (N, *space) as a single frame.
    ndim : int
        Axes of space.
    start, stop : int
        Counted from the first frame of the first part.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> first, later = StoredField(np.zeros((2, 4))), StoredField(np.arange(24.0).reshape(2, 3, 4))
    >>> frames = Frames((first, later), 1, 0, 2)
    >>> frames.shape, frames[1].tolist()
    ((2, 2, 4), [[0.0, 0.0, 0.0, 0.0], [12.0, 13.0, 14.0, 15.0]])
    """

    def __init__(self, parts: Sequence[Field], ndim: int, start: int, stop: int) -> None:
        self.parts, self.ndim, self.start, self.stop = tuple(parts), ndim, start, stop
        space = parts[0].shape[len(parts[0].shape) - ndim :]
        self.shape: tuple[int, ...] = (parts[0].shape[0], stop - start, *space)
        self.dtype: np.dtype[Any] = np.result_type(*(part.dtype for part in parts))
        self.units: str = getattr(parts[0], "units", "")

    def __getitem__(self, samples: Indices) -> NDArray[Any]:
        if isinstance(samples, int | np.integer):
            only: NDArray[Any] = self[np.array([samples])][0]
            return only
        found, first = [], 0
        for part in self.parts:
            count = frames_of(part, self.ndim)
            low, high = max(self.start - first, 0), min(self.stop - first, count)
            if low < high:
                values = part[samples]
                frames = values.reshape(len(values), count, *self.shape[2:])
                found.append(frames[:, low:high].astype(self.dtype, copy=False))
            first += count
        return found[0] if len(found) == 1 else np.concatenate(found, axis=1)


def frames_of(field: Field, ndim: int) -> int:
    """Number of frames of a field on a grid of `ndim` axes."""
    return int(field.shape[1]) if len(field.shape) == ndim + 2 else 1


def space_of(data: DataSet) -> tuple[int, ...]:
    """Points along each axis of space: those of the grid; without one, those after the axis of time of the outputs."""
    if data.grid is not None:
        return data.grid.shape
    shape = next(iter(data.outputs.values())).shape
    return tuple(shape[2:])


def continued(data: DataSet) -> dict[str, str]:
    """Each output with the input whose frames it continues.

    That is the input of its name; else, for a lone output, the only input with frames, the only input on the grid, or
    the one called ``initial``.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> from sciml.mesh import Grid
    >>> w, f, u = (StoredField(np.ones((3, *shape))) for shape in ((2, 8), (8,), (5, 8)))
    >>> continued(DataSet("flow", {"vorticity": w, "forcing": f}, {"solution": u}, grid=Grid((8,))))
    {'solution': 'vorticity'}
    """
    space = space_of(data)
    if data.inputs.keys() >= data.outputs.keys():
        return {name: name for name in data.outputs}
    timed = [name for name, field in data.inputs.items() if field.shape[2:] == space and len(field.shape) > 2]
    still = [name for name, field in data.inputs.items() if field.shape[1:] == space]
    known = [name for name in still if name == "initial"]
    for names in (timed, still, known):
        if len(data.outputs) == len(names) == 1:
            return {next(iter(data.outputs)): names[0]}
    raise InputError(
        f"{data.name} does not tell which inputs its outputs continue in time (inputs {', '.join(data.inputs)}, "
        f"outputs {', '.join(data.outputs)}); expected the same names, or one input and one output with frames"
    )


def recut(data: DataSet, history: int, frames: int | None = None, *, outputs: Sequence[str] = ()) -> DataSet:
    """The same series with other frames given and wanted, from the first one on.

    Parameters
    ----------
    data : DataSet
    history, frames : int
        Frames given, and wanted after them; default all that are left.
    outputs : sequence of str
        Those kept, in this order; default all.

    Returns
    -------
    DataSet
        Inputs that are continued come first, in the order of the outputs, then those that stay as they are.

    Raises
    ------
    InputError
        If there are too few frames.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> from sciml.mesh import Grid
    >>> w, f, u = (StoredField(np.ones((3, *shape))) for shape in ((2, 8), (8,), (5, 8)))
    >>> data = DataSet("flow", {"forcing": f, "vorticity": w}, {"solution": u}, grid=Grid((8,)))
    >>> cut = recut(data, 1)
    >>> {name: field.shape for name, field in (*cut.inputs.items(), *cut.outputs.items())}
    {'vorticity': (3, 1, 8), 'forcing': (3, 8), 'solution': (3, 6, 8)}
    """
    names = {name: given for name, given in continued(data).items() if not outputs or name in outputs}
    ndim = len(space_of(data))
    series = {name: (data.inputs[given], data.outputs[name]) for name, given in names.items()}
    stored = min(sum(frames_of(part, ndim) for part in parts) for parts in series.values())
    stop = stored if frames is None else history + frames
    if not 0 < history < stop <= stored:
        raise InputError(
            f"{data.name} has {stored} frames, and {history} are to be given and "
            f"{'at least 1' if frames is None else frames} wanted; use shorter spans of time"
        )
    order = outputs or tuple(names)
    given = {names[name]: Frames(series[name], ndim, 0, history) for name in order}
    still = {name: field for name, field in data.inputs.items() if name not in given}
    return replace(
        data, inputs={**given, **still}, outputs={name: Frames(series[name], ndim, history, stop) for name in order}
    )
