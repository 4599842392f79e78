"""A part of data sets, checked to fit a trained network."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from sciml._errors import InputError
from sciml.train.build import open_sets
from sciml.train.in_time import retold, trajectories
from sciml.train.record import split_of_record
from sciml.train.samples import PARTS, Samples, join
from sciml.train.trained import Trained, check_grid

__all__ = ["held_out"]


def held_out(
    trained: Trained, files: Sequence[str | Path], stack: ExitStack, *, part: str = "test", protocol: str = "",
    steps: int | None = None,
) -> Samples:
    """Samples whose split is the one part asked for, with the name of what decided about it.

    Parameters
    ----------
    trained : Trained
    files : sequence of str or Path
        None means those that the run was trained on; these are split as they were in training, others as they say
        themselves, and files without a split are taken as a whole.
    stack : ExitStack
        Closes the files.
    part : {"train", "val", "test"}
    protocol : str
        Name of a published split.
    steps : int, optional
        Frames wanted of a network that steps in time; default as in training.

    Raises
    ------
    InputError
        If the data do not fit the network, or the part is empty.
    """
    if part not in PARTS:
        raise InputError(f"part '{part}' is unknown; use {', '.join(PARTS)}")
    data, record = trained.config.data, trained.record
    given = [str(Path(name).resolve()) for name in files] or list(data.files)
    own = given == list(data.files) and protocol in ("", data.protocol)
    sets = open_sets(given, data.protocol if own else protocol, stack)
    if trained.layout is not None:
        frames = trained.steps if steps is None else steps
        sets, _ = trajectories(
            sets, trained.layout.history, frames, inputs=record["inputs"], outputs=record["outputs"],
            boundary=data.boundary,
        )
    samples = join(
        sets, inputs=record["inputs"], outputs=record["outputs"], boundary=data.boundary, validation=0.0,
        seed=trained.config.train.seed,
    )
    check_grid(samples.grid, trained.grid)
    if trained.layout is not None:
        samples = replace(samples, frames=samples.channels("outputs") // len(samples.outputs))
    _check_channels(samples, trained)
    if own:
        indices, named = split_of_record(record)[part], record["protocol"]
    else:
        starts = np.cumsum([0, *map(len, sets)])
        indices = np.concatenate([one.indices(part) + start for one, start in zip(sets, starts, strict=False)])
        named = " + ".join(dict.fromkeys(one.protocol if one.split else "all samples" for one in sets))
    if not len(indices):
        raise InputError(f"there are no {part} samples in {', '.join(one.name for one in sets)}; use other data")
    return replace(samples, split={part: indices}, protocol=named if own else retold(named, trained.config.time))


def _check_channels(samples: Samples, trained: Trained) -> None:
    for kind, wanted in (("inputs", trained.in_channels), ("outputs", trained.out_channels)):
        found = samples.channels("inputs") if kind == "inputs" else samples.channels("outputs") // samples.frames
        if found != wanted:
            raise InputError(f"the {kind} of the data have {found} channels, those of the model {wanted}")
