"""The network of a run, from fields in their own units to fields in theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sciml._errors import ConvergenceError, InputError
from sciml.mesh import Grid
from sciml.models import MgNO, Pretrained
from sciml.models.mgno.levels import truncated
from sciml.train.config import Config
from sciml.train.normalise import Normaliser
from sciml.train.record import grid_of, normaliser_of
from sciml.train.reproducible import reproducible
from sciml.train.rollout import Layout, rollout
from sciml.train.run import Run

__all__ = ["Trained", "check_grid"]

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trained:
    """The best model of a run, with the normalisation and the record of what it was trained on.

    Parameters
    ----------
    path : Path
        Of the run.
    config : Config
    record : mapping
        What `sciml.train.record` wrote: names of inputs and outputs, equation, grid.
    model : Pretrained
    encoder, decoder : Normaliser
        Of inputs and outputs.
    """

    path: Path
    config: Config
    record: Mapping[str, Any]
    model: Pretrained
    encoder: Normaliser
    decoder: Normaliser

    @classmethod
    def of(cls, path: str | Path) -> "Trained":
        """The network of a folder of ``sciml train``.

        Levels of MgNO that the grid of training had no room for are left out: they are as they were initialised, and
        would come into play on finer grids.

        Raises
        ------
        InputError
            If it holds no run, or no model yet.
        """
        run = Run.open(Path(path))
        record = run.record()
        if record.get("task") == "cycle":
            raise InputError(
                f"{path} holds a cycle for linear systems, which predicts no fields; use it by: sciml solve --method "
                f"dcdm --weights {path}"
            )
        if record.get("task") == "linear":
            raise InputError(
                f"{path} holds a network of search directions, which predicts no fields; use NetworkDirections of "
                "sciml.models.dcdm in sciml.solvers.Directions"
            )
        encoder, decoder = (normaliser_of(record, which) for which in ("encoder", "decoder"))
        model = run.model()
        if isinstance(model, MgNO):
            model = truncated(model, len(model.settings.sizes(grid_of(record).shape)))
        return cls(run.path, run.config(), record, model.eval(), encoder, decoder)

    @property
    def in_channels(self) -> int:
        """Channels that the network takes."""
        return len(self.encoder.mean)

    @property
    def out_channels(self) -> int:
        """Channels that it gives."""
        return len(self.decoder.mean)

    @property
    def grid(self) -> Grid:
        """The grid it was trained on."""
        return grid_of(self.record)

    @property
    def parameters(self) -> int:
        """Number of weights that take part."""
        return sum(weight.numel() for weight in self.model.parameters())

    def grid_for(self, shape: tuple[int, ...]) -> Grid:
        """The box and the boundary conditions of training at another resolution.

        Raises
        ------
        InputError
            If the shape has another number of axes, or boundary values are stored for the training grid only.
        """
        grid = self.grid
        if len(shape) != grid.ndim:
            raise InputError(f"shape {shape} has {len(shape)} axes; the network of {self.path} works on {grid.ndim}")
        return replace(grid, shape=shape)

    @property
    def layout(self) -> Layout | None:
        """Of the input channels, where the network is one step in time."""
        time = self.record.get("time")
        return None if time is None else Layout(self.out_channels, time["history"])

    @property
    def steps(self) -> int:
        """Frames of a roll-out; 1 where the network is no step in time."""
        return int(self.record.get("time", {}).get("frames", 1))

    def predict(self, x: NDArray[Any], threads: int | None = None, steps: int | None = None) -> Array:
        """Outputs for inputs, in batches and without gradients; steps in time are repeated.

        Parameters
        ----------
        x : ndarray, shape (N, in_channels, *spatial)
            On any grid with at least 2 points an axis.
        threads : int, optional
            Of torch; default those of the run.
        steps : int, optional
            Of a network that steps in time; default as in training.

        Returns
        -------
        ndarray of float32, shape (N, out_channels * steps, *spatial)
            All frames of the first field, then those of the next.

        Raises
        ------
        InputError
            If the layout is another, a value is not finite, or steps are asked of a network that makes none.
        ConvergenceError
            If a prediction is not finite.
        """
        ndim = self.grid.ndim
        if x.ndim != ndim + 2 or x.shape[1] != self.in_channels or min(x.shape[2:]) < 2:
            raise InputError(
                f"inputs of shape {x.shape} given; the network of {self.path} takes (samples, {self.in_channels}, "
                f"*spatial) with {ndim} axes of at least 2 points"
            )
        x, train = np.ascontiguousarray(x, np.float32), self.config.train
        _check_finite(x, InputError, "inputs of sample {} are not finite; repair them")
        count = self._steps(steps)
        y = np.empty((len(x), self.out_channels * count, *x.shape[2:]), np.float32)
        with reproducible(threads or train.threads, train.seed, None), torch.inference_mode():
            for start in range(0, len(x), train.batch_size):
                part = torch.from_numpy(x[start : start + train.batch_size])
                pred = self._step(part) if self.layout is None else rollout(self._step, part, self.layout, count)
                y[start : start + train.batch_size] = pred.reshape(len(part), *y.shape[1:]).numpy()
        _check_finite(y, ConvergenceError, "the prediction of sample {} is not finite; train anew or scale the input")
        return y

    def _step(self, x: Tensor) -> Tensor:
        """The model between fields in their own units."""
        return self.decoder.decode(self.model(self.encoder.encode(x)))

    def _steps(self, asked: int | None) -> int:
        if asked is not None and self.layout is None:
            raise InputError(f"{asked} steps are asked of {self.path}, and its network makes none; leave them out")
        if asked is not None and asked < 1:
            raise InputError(f"the number of steps is {asked}; expected a whole number >= 1")
        return self.steps if asked is None else asked


def check_grid(grid: Grid, trained: Grid) -> None:
    """Sizes may differ from those in training; dimension, location and kinds of boundary conditions may not.

    Raises
    ------
    InputError
        Naming what differs.

    Examples
    --------
    >>> check_grid(Grid((64, 48)), Grid((32, 32)))
    """
    if grid.ndim != trained.ndim or grid.location != trained.location:
        raise InputError(
            f"the data are {grid.ndim}-D on {grid.location}s, the model was trained {trained.ndim}-D on "
            f"{trained.location}s"
        )
    for side, condition in grid.boundary.items():
        if condition.kind != trained.boundary[side].kind:
            raise InputError(
                f"the data are {condition.kind} on side {side}, the model was trained with "
                f"{trained.boundary[side].kind}; it honours no other condition"
            )


def _check_finite(values: Array, error: type[Exception], text: str) -> None:
    bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(1))
    if len(bad):
        raise error(text.format(int(bad[0])))
