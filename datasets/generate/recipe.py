"""What a generator is: parameters, the grid and equation they mean, and how a sample is drawn and solved."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import Grid

__all__ = ["Recipe", "Sample", "rng_of", "state_of"]


class Sample(NamedTuple):
    """One sample in float64.

    inputs, outputs : arrays by name
    residual : relative residual of what was solved, or the error estimate of the time stepping
    """

    inputs: Mapping[str, NDArray[np.float64]]
    outputs: Mapping[str, NDArray[np.float64]]
    residual: float


class Recipe(Protocol):
    """Parameters of a generator, a frozen dataclass of plain values."""

    def grid(self, resolution: int) -> Grid:
        """Where the stored values sit, with boundary conditions."""

    def equation(self) -> dict[str, Any]:
        """Kind of equation and its fixed data, as plain values."""

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """Draw and solve one."""


def rng_of(seed: int, index: int) -> np.random.Generator:
    """Random numbers of sample `index`: independent of all others and of who draws them.

    Examples
    --------
    >>> bool(rng_of(1, 5).random() == rng_of(1, 5).random())
    True
    """
    return np.random.Generator(np.random.PCG64(_sequence(seed, index)))


def state_of(seed: int, index: int) -> np.uint64:
    """A number that stands for the random numbers of a sample, stored beside it."""
    return np.uint64(_sequence(seed, index).generate_state(1, np.uint64)[0])


def _sequence(seed: int, index: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(index,))
