"""Operators between fields on one grid: channels in, channels out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sciml.train.augment import Symmetry, act, chosen
from sciml.train.losses import Loss, reduce
from sciml.train.metrics import METRICS
from sciml.train.normalise import Normaliser
from sciml.train.samples import Samples

__all__ = ["Batch", "GridTask"]


class Batch(NamedTuple):
    """Inputs and outputs of some samples, each (batch, channels, *spatial)."""

    x: Tensor
    y: Tensor


@dataclass(frozen=True, eq=False)
class GridTask:
    """Learn the map from inputs to outputs; targets are never encoded, predictions are decoded.

    Parameters
    ----------
    samples : Samples
    loss_function : Loss
    reduction : {"mean", "sum"}
        Of the losses of a batch.
    encoder, decoder : Normaliser
        Of inputs and of outputs.
    symmetries : sequence of Symmetry
        What a training sample may be turned into.
    odd : bool
        Whether fields change sign in a mirror.
    seed : int
        Of the choice among them.
    batch_size : int
        Samples evaluated at once.
    device : str
    """

    samples: Samples
    loss_function: Loss
    reduction: str
    encoder: Normaliser
    decoder: Normaliser
    symmetries: Sequence[Symmetry] = ()
    odd: bool = False
    seed: int = 0
    batch_size: int = 16
    device: str = "cpu"

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of samples of each part."""
        return {part: len(indices) for part, indices in self.samples.split.items()}

    def indices(self, part: str) -> NDArray[np.int64]:
        """The samples of a part."""
        return self.samples.split[part]

    def pair(self, indices: NDArray[np.int64]) -> Batch:
        """Samples as they are."""
        x, y = (torch.from_numpy(self.samples.read(kind, indices)) for kind in ("inputs", "outputs"))
        return Batch(x, y)

    def batch(self, indices: NDArray[np.int64], epoch: int) -> Batch:
        """Samples, each after a symmetry of its own."""
        return self.turned(self.pair(indices), indices, epoch)

    def turned(self, pair: Batch, indices: NDArray[np.int64], epoch: int) -> Batch:
        """Each sample of a batch after a symmetry of its own."""
        x, y = pair
        if len(self.symmetries) > 1:
            count = len(self.symmetries)
            drawn = [self.symmetries[chosen(count, self.seed, epoch, int(index))] for index in indices]
            x, y = (
                torch.stack([act(g, u, self.odd) for g, u in zip(drawn, field, strict=True)]) for field in (x, y)
            )
        return Batch(x.to(self.device), y.to(self.device))

    def predict(self, model: nn.Module, x: Tensor) -> Tensor:
        """Outputs in their own units, in the precision of `x`."""
        return self.decoder.decode(model(self.encoder.encode(x)).to(x.dtype))

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """The reduced loss of a batch."""
        return reduce(self.loss_function(self.predict(model, batch.x), batch.y, self.samples.grid), self.reduction)

    def evaluate(self, model: nn.Module, indices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """All metrics of each sample, and the loss."""
        functions = METRICS | {"loss": self.loss_function}
        found: dict[str, list[Tensor]] = {name: [] for name in functions}
        with torch.no_grad():
            for start in range(0, len(indices), self.batch_size):
                x, y = (part.to(self.device) for part in self.pair(indices[start : start + self.batch_size]))
                pred = self.predict(model, x)
                for name, function in functions.items():
                    found[name].append(function(pred, y, self.samples.grid))
        return {name: torch.cat(parts).double().cpu().numpy() for name, parts in found.items() if parts}
