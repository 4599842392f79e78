"""Files of predictions: arrays, or data sets that all commands read again."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.formats.ours import writing
from sciml.train.predict import PredictionInput
from sciml.train.trained import Trained

__all__ = ["write_array", "write_data_set"]

Array = NDArray[Any]


def write_array(path: Path, trained: Trained, given: PredictionInput, values: Array) -> None:
    """Predictions (N, channels, *spatial) as .npy; axes of one channel and of a single input are left out.

    Frames of steps in time get an axis of their own, (N, channels, steps, *spatial).
    """
    if trained.layout is not None:
        values = values.reshape(len(values), trained.out_channels, -1, *values.shape[2:])
    if values.shape[1] == 1:
        values = values[:, 0]
    with path.open("wb") as file:
        np.save(file, values[0] if given.single else values)


def write_data_set(path: Path, trained: Trained, given: PredictionInput, values: Array, name: str) -> None:
    """Inputs and predictions as a data set, with grid and equation; the predictions of all samples as its test part.

    Raises
    ------
    InputError
        If several outputs share the channels of the network, which an array keeps together.
    """
    outputs = trained.record["outputs"]
    if len(outputs) > 1 and len(outputs) != trained.out_channels:
        raise InputError(f"the outputs {', '.join(outputs)} are {trained.out_channels} channels; write them as .npy")
    parts = dict(zip(outputs, np.split(values, len(outputs), axis=1), strict=True))
    generator = {"predicted_by": str(trained.path), "model": trained.config.model.name}
    with writing(
        path, len(given), name=name, grid=given.grid, equation=given.equation, seed=None, generator=generator
    ) as writer:
        for place, sample in enumerate(given.indices.tolist()):
            for key, field in given.fields(sample).items():
                writer.put("inputs", key, place, _single(field))
            for key, predicted in parts.items():
                one = predicted[place]
                writer.put("outputs", key, place, one[0] if len(one) == 1 else one)
        writer.split({"test": np.arange(len(given))})


def _single(field: Array) -> Array:
    """In single precision where that loses nothing: the file still holds the system that was solved."""
    short = field.astype(np.float32)
    return short if np.array_equal(short, field) else field
