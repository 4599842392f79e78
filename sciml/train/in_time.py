"""Data sets as trajectories: which frames are given and wanted, and how steps between them are trained."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.protocols import TRAINED, named
from sciml.datasets.series import continued, frames_of, recut, space_of
from sciml.mesh import Boundary, Grid
from sciml.train.config import TimeConfig
from sciml.train.normalise import Normaliser
from sciml.train.samples import Samples, names_of

__all__ = ["definite", "normalisers", "retold", "trajectories"]


def definite(time: TimeConfig, data: DataSet, outputs: Sequence[str] = ()) -> TimeConfig:
    """Settings of time with all that follows from the data and their protocol.

    Parameters
    ----------
    time : TimeConfig
    data : DataSet
    outputs : sequence of str
        Fields that are stepped in time; default all.

    Raises
    ------
    InputError
        If there are too few frames, or history and frames are not those of the protocol.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> u = {"u": StoredField(np.ones((3, 4, 8)))}
    >>> definite(TimeConfig("rollout"), DataSet("d", u, u, grid=Grid((8,))))
    TimeConfig(training='rollout', history=4, frames=4, unroll=4)
    """
    published = named(data.protocol)
    says = published if published is not None and published.training else None
    training = time.training if time.training != "auto" else says.training if says is not None else "none"
    if training == "none":
        if time.history or time.frames or time.unroll:
            raise InputError("time.history, frames or unroll are set and time.training is not; use pairs or rollout")
        return TimeConfig("none")
    pairs = {output: given for output, given in continued(data).items() if not outputs or output in outputs}
    ndim = len(space_of(data))
    given = min(frames_of(data.inputs[name], ndim) for name in pairs.values())
    stored = given + min(frames_of(data.outputs[name], ndim) for name in pairs)
    history = time.history or (says.history if says is not None else 1 if training == "pairs" else given)
    frames = time.frames or max(1, stored - history)
    for key, asked, wanted in (("history", history, given), ("frames", frames, stored - given)):
        if says is not None and asked != wanted:
            raise InputError(f"time.{key} is {asked}, and the protocol of the data has {wanted}; leave one of them out")
    unroll = 1 if training == "pairs" else time.unroll or frames
    if history + frames > stored or unroll > frames:
        raise InputError(
            f"time.history {history}, frames {frames} and unroll {unroll} do not fit {data.name} with {stored} frames; "
            "expected history + frames up to that, and unroll up to frames"
        )
    return TimeConfig(training, history, frames, unroll)


def trajectories(
    sets: Sequence[DataSet], history: int, frames: int, *, inputs: Sequence[str] = (), outputs: Sequence[str] = (),
    boundary: str = "",
) -> tuple[list[DataSet], tuple[str, ...]]:
    """The sets with these frames, and the names of their inputs: fields that move first, then those that stay.

    Parameters
    ----------
    sets : sequence of DataSet
    history, frames : int
        Frames given and wanted.
    inputs, outputs : sequence of str
        Fields to keep; none means all.
    boundary : str
        Condition on all sides where the files tell no grid.

    Raises
    ------
    InputError
        If a field has frames and nothing wanted continues it, or one that moves is left out.
    """
    wanted = names_of(sets[0], "outputs", outputs)
    chosen = names_of(sets[0], "inputs", inputs)
    found = [recut(_on_grid(one, boundary), history, frames, outputs=wanted) for one in sets]
    moving = [name for name in found[0].inputs if name in {continued(sets[0])[output] for output in wanted}]
    for name in moving:
        if name not in chosen:
            raise InputError(f"data.inputs leave out '{name}', whose next frames are wanted; add it")
    still = [name for name in chosen if name not in moving]
    space = space_of(sets[0])
    for name in still:
        shape = sets[0].inputs[name].shape[1:]
        if shape not in ((), space):
            raise InputError(
                f"inputs '{name}' of {sets[0].name} has shape {shape} a sample and no output continues it; expected "
                f"{space}, or leave it out of data.inputs"
            )
    return found, (*moving, *still)


def retold(protocol: str, time: TimeConfig) -> str:
    """The name of a protocol, with how steps are trained where it says otherwise."""
    published = named(protocol)
    if published is None or published.training in ("", time.training):
        return protocol
    return f"{protocol}, but trained {TRAINED.get(time.training) or 'on all frames at once'}"


def normalisers(samples: Samples, history: int) -> tuple[Normaliser, Normaliser]:
    """Of inputs and outputs of a step: one mean and deviation for all frames of a field, given or wanted.

    So what the model gives is encoded, when it is given again, as it was decoded.
    """
    train, count = samples.split["train"], len(samples.outputs)
    moving = Normaliser.fit(_frames(samples, train, history))
    mean, std = (tuple(np.repeat(one, history).tolist()) for one in (moving.mean, moving.std))
    if len(samples.inputs) > count:
        still = Normaliser.fit(x[:, count * history :] for x in samples.chunks("inputs", train))
        mean, std = mean + still.mean, std + still.std
    return Normaliser(mean, std), moving


def _frames(samples: Samples, indices: NDArray[np.int64], history: int) -> Iterator[NDArray[np.float32]]:
    """All frames as samples of their own, (frames, variables, *spatial)."""
    count = len(samples.outputs)
    for x, y in zip(samples.chunks("inputs", indices), samples.chunks("outputs", indices), strict=True):
        for part in (x[:, : count * history], y):
            series = part.reshape(len(part), count, -1, *samples.grid.shape)
            yield series.swapaxes(1, 2).reshape(-1, count, *samples.grid.shape)


def _on_grid(data: DataSet, boundary: str) -> DataSet:
    """With a grid where the file tells none and a condition is given."""
    space = space_of(data)
    if data.grid is not None or not boundary or not 1 <= len(space) <= 3:
        return data
    return replace(data, grid=Grid(space, boundary=Boundary(boundary)))  # type: ignore[arg-type]  # checked there
