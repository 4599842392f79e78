"""Normalisation of channels by numbers fitted to the training samples alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Normaliser"]


@dataclass(frozen=True)
class Normaliser:
    """Means and standard deviations, one a channel.

    Parameters
    ----------
    mean, std : tuple of float
        std is 1 for a channel that does not vary.

    Examples
    --------
    >>> normaliser = Normaliser.fit([np.array([[[1.0, 2.0]]]), np.array([[[3.0, 6.0]]])])
    >>> normaliser.mean, round(normaliser.std[0], 4)
    ((3.0,), 2.1602)
    >>> normaliser.decode(normaliser.encode(torch.tensor([[[5.0]]]))).item()
    5.0
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def identity(cls, channels: int) -> "Normaliser":
        """Changes nothing."""
        return cls((0.0,) * channels, (1.0,) * channels)

    @classmethod
    def fit(cls, batches: Iterable[NDArray[Any]]) -> "Normaliser":
        """Mean and unbiased standard deviation over samples and points, in float64, one batch in memory at a time.

        Parameters
        ----------
        batches : iterable of ndarray, shape (batch, channels, *spatial)
            Of training samples only.

        Notes
        -----
        Moments of batches are merged by the update of Chan, Golub and LeVeque, "Updating Formulae and a Pairwise
        Algorithm for Computing Sample Variances", 1979: no cancellation when the mean is large.
        """
        count, mean, square = 0, np.zeros(1), np.zeros(1)
        for batch in batches:
            values = np.moveaxis(np.asarray(batch, np.float64), 1, 0).reshape(batch.shape[1], -1)
            n, m = values.shape[1], values.mean(1)
            delta = m - mean
            square = square + ((values - m[:, None]) ** 2).sum(1) + delta**2 * count * n / (count + n)
            mean = mean + delta * n / (count + n)
            count += n
        std = np.sqrt(square / max(1, count - 1))
        # What varies by rounding only is constant; dividing by its deviation would blow the rounding up.
        std = np.where(std > 1e-12 * np.abs(mean), std, 1.0)
        return cls(tuple(mean.tolist()), tuple(std.tolist()))

    def scale(self) -> "Normaliser":
        """The same without means, which keeps 0."""
        return Normaliser((0.0,) * len(self.std), self.std)

    def encode(self, x: Tensor) -> Tensor:
        """(x - mean) / std for x of shape (batch, channels, *spatial)."""
        mean, std = self._on(x)
        return (x - mean) / std

    def decode(self, x: Tensor) -> Tensor:
        """x std + mean."""
        mean, std = self._on(x)
        return x * std + mean

    def _on(self, x: Tensor) -> tuple[Tensor, Tensor]:
        shape = (-1, *[1] * (x.ndim - 2))
        mean, std = (torch.tensor(numbers, dtype=x.dtype, device=x.device) for numbers in (self.mean, self.std))
        return mean.reshape(shape), std.reshape(shape)
