"""Steps in time: frames in, the next frame out, learnt one by one or through roll-outs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.train.losses import reduce
from sciml.train.metrics import METRICS
from sciml.train.rollout import Layout, rollout
from sciml.train.tasks.grid import Batch, GridTask

__all__ = ["TrajectoryTask"]


@dataclass(frozen=True, eq=False)
class TrajectoryTask:
    """Learn the step from `history` frames to the next on windows of trajectories; judge by whole roll-outs.

    A training sample is a window: number `trajectory * starts + start`. Samples of the other parts are trajectories.

    Parameters
    ----------
    fields : GridTask
        Of whole trajectories: inputs are the frames given, `history` of each variable, and what stays; outputs are the
        `frames` wanted of each variable. Its encoder and decoder are those of one step.
    history, frames : int
    unroll : int
        Steps of a training sample; 1 = pairs of frames of the data.
    """

    fields: GridTask
    history: int
    frames: int
    unroll: int

    @cached_property
    def layout(self) -> Layout:
        """Of the channels of the model's input."""
        return Layout(len(self.fields.decoder.mean), self.history)

    @property
    def starts(self) -> int:
        """Windows of a trajectory."""
        return self.frames - self.unroll + 1

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of windows for training, of trajectories for the rest."""
        return {part: len(self.indices(part)) for part in self.fields.sizes}

    def indices(self, part: str) -> NDArray[np.int64]:
        """Windows for training, trajectories of the other parts."""
        trajectories = self.fields.indices(part)
        if part != "train":
            return trajectories
        return np.add.outer(trajectories * self.starts, np.arange(self.starts)).ravel()

    def batch(self, indices: NDArray[np.int64], epoch: int) -> Batch:
        """Windows, each after a symmetry of its own; outputs are `unroll` frames of each variable."""
        trajectories, starts = np.divmod(indices, self.starts)
        x, y = self.fields.pair(trajectories)
        series = torch.cat((self.layout.series(x), self._wanted(y)), 2)
        given = self._frames(series, starts, self.history)
        wanted = self._frames(series, starts + self.history, self.unroll)
        return self.fields.turned(Batch(torch.cat((given, self.layout.still(x)), 1), wanted), indices, epoch)

    def predict(self, model: nn.Module, x: Tensor, steps: int) -> Tensor:
        """A roll-out in its own units, (batch, variables, steps, *spatial)."""
        return rollout(lambda given: self.fields.predict(model, given), x, self.layout, steps)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """The errors of all steps added up, reduced over the batch."""
        errors = self._errors(self.predict(model, batch.x, self.unroll), self._wanted(batch.y))
        return reduce(errors, self.fields.reduction)

    def evaluate(self, model: nn.Module, indices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Metrics of roll-outs, all frames as one field; ``rel_l2`` of each step; the loss of the first window."""
        grid, size = self.fields.samples.grid, self.fields.batch_size
        found: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            for start in range(0, len(indices), size):
                x, y = (part.to(self.fields.device) for part in self.fields.pair(indices[start : start + size]))
                pred, wanted = self.predict(model, x, self.frames), self._wanted(y)
                values = {name: metric(pred.flatten(1, 2), y, grid) for name, metric in METRICS.items()}
                values["loss"] = self._errors(pred[:, :, : self.unroll], wanted)
                for k in range(self.frames):
                    values[f"rel_l2_step{k + 1}"] = METRICS["rel_l2"](pred[:, :, k], wanted[:, :, k], grid)
                for name, value in values.items():
                    found.setdefault(name, []).append(value)
        return {name: torch.cat(parts).double().cpu().numpy() for name, parts in found.items()}

    def _wanted(self, y: Tensor) -> Tensor:
        """Outputs as (batch, variables, frames, *spatial)."""
        return y.reshape(len(y), self.layout.variables, -1, *y.shape[2:])

    def _frames(self, series: Tensor, starts: NDArray[np.int64], count: int) -> Tensor:
        """From each trajectory `count` frames from its own start on, as channels."""
        chosen = [one[:, start : start + count] for one, start in zip(series, starts.tolist(), strict=True)]
        return torch.stack(chosen).flatten(1, 2)

    def _errors(self, pred: Tensor, wanted: Tensor) -> Tensor:
        """The loss of each step, added up for each sample."""
        grid, steps = self.fields.samples.grid, range(pred.shape[2])
        return torch.stack([self.fields.loss_function(pred[:, :, k], wanted[:, :, k], grid) for k in steps]).sum(0)
