"""The order of samples: a function of seed and step alone, so a run can go on from any step."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["Sampler"]


@dataclass(frozen=True)
class Sampler:
    """Shuffled batches, each sample once an epoch.

    Parameters
    ----------
    size : int
        Number of samples.
    batch_size : int
        Samples of a batch; the last batch of an epoch may be smaller.
    seed : int
        Together with the number of the epoch it decides about the order.

    Raises
    ------
    InputError
        If there are no samples, or the batch size is smaller than 1.

    Examples
    --------
    >>> sampler = Sampler(5, 2, seed=0)
    >>> sampler.steps, [len(sampler.batch(step)[1]) for step in range(4)]
    (3, [2, 2, 1, 2])
    >>> sampler.batch(4)[0]
    1
    """

    size: int
    batch_size: int
    seed: int

    def __post_init__(self) -> None:
        if self.size < 1 or self.batch_size < 1:
            raise InputError(f"{self.size} training samples in batches of {self.batch_size}; expected at least 1 each")

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return -(-self.size // self.batch_size)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """All samples in the order of an epoch."""
        return _order(self.size, self.seed, epoch)

    def batch(self, step: int) -> tuple[int, NDArray[np.int64]]:
        """The epoch of a step and its samples."""
        epoch, position = divmod(step, self.steps)
        start = position * self.batch_size
        return epoch, self.order(epoch)[start : start + self.batch_size]


@lru_cache(maxsize=2)  # asked for at each step
def _order(size: int, seed: int, epoch: int) -> NDArray[np.int64]:
    sequence = np.random.SeedSequence(seed, spawn_key=(epoch,))
    order = np.random.Generator(np.random.PCG64(sequence)).permutation(size)
    order.flags.writeable = False
    return order
