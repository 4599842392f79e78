"""What a generator is: parameters, the grid and equation they mean, and how a sample is drawn and solved."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import Grid

__all__ = ["Recipe", "Sample", "Trajectories", "balance", "rng_of", "state_of"]


class Sample(NamedTuple):
    """One sample in float64, but for numbers of species and flags.

    inputs, outputs : arrays by name
    residual : relative residual of what was solved, or the error estimate of the time stepping
    """

    inputs: Mapping[str, NDArray[Any]]
    outputs: Mapping[str, NDArray[Any]]
    residual: float


class Recipe(Protocol):
    """Parameters of a generator, a frozen dataclass of plain values."""

    def grid(self, resolution: int) -> Grid:
        """Where the stored values sit, with boundary conditions."""

    def equation(self) -> dict[str, Any]:
        """Kind of equation and its fixed data, as plain values."""

    def sample(self, resolution: int, rng: np.random.Generator) -> Sample:
        """Draw and solve one."""


@runtime_checkable
class Trajectories(Protocol):
    """Parameters of a generator of frames of atoms, a frozen dataclass of plain values."""

    @property
    def frames(self) -> int:
        """Of a trajectory."""

    def equation(self) -> dict[str, Any]:
        """That samples are frames of atoms, and the names of their species."""

    def trajectory(self, count: int, rng: np.random.Generator) -> list[Sample]:
        """Draw the first frames of one; all frames have one number of atoms."""


def balance(forces: NDArray[np.float64]) -> float:
    """The norm of the sum of all forces, which should be 0, over that of all forces.

    Examples
    --------
    >>> balance(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]))
    0.0
    """
    return float(np.linalg.norm(forces.sum(axis=0)) / max(np.linalg.norm(forces), np.finfo(float).tiny))


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
