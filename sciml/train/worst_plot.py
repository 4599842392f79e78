"""Pictures of samples with large errors: input, target, prediction, error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._atomic import replacing
from sciml.train.evaluate import WorstSample

__all__ = ["write_worst"]


def write_worst(path: Path, worst: Sequence[WorstSample], title: str = "") -> None:
    """Draw one row a sample: lines in one dimension, images in two, the middle slice in three.

    Parameters
    ----------
    path : Path
        ``.png``, ``.pdf`` or ``.svg``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 3.1 * len(worst)), layout="constrained")
    for row, sample in zip(figure.subplots(len(worst), 4, squeeze=False), worst, strict=True):
        low, high = float(sample.target.min()), float(sample.target.max())
        error = sample.prediction - sample.target
        for axes, name, values, limits in (
            (row[0], "input", sample.input, None), (row[1], "target", sample.target, (low, high)),
            (row[2], "prediction", sample.prediction, (low, high)), (row[3], "error", error, None),
        ):
            _draw(figure, axes, values, limits)
            axes.set_title(name, fontsize=9)
        row[0].set_ylabel(sample.name, fontsize=8)
    figure.suptitle(title, fontsize=10)
    with replacing(path) as (partial,):
        figure.savefig(partial, dpi=110)


def _draw(figure: Any, axes: Any, values: NDArray[np.float32], limits: tuple[float, float] | None) -> None:
    if values.ndim == 1:
        axes.plot(values)
        axes.grid(alpha=0.3)
        return
    plane = values if values.ndim == 2 else values[:, :, values.shape[2] // 2]
    low, high = limits or (None, None)
    image = axes.imshow(plane.T, origin="lower", vmin=low, vmax=high)  # x to the right, y upwards
    axes.set_xticks([])
    axes.set_yticks([])
    figure.colorbar(image, ax=axes, shrink=0.8)
