"""Molecular dynamics with a thermostat, to draw structures at a temperature."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["BOLTZMANN", "check_dynamics", "langevin"]

Array: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = Mapping[str, Array]

BOLTZMANN = 8.617333262e-5  # [eV/K], CODATA 2018
# eV/(Angstrom u) in Angstrom/fs^2.
ACCELERATION = 1.602176634e-19 / 1.66053906660e-27 * 1e-10


def langevin(
    labels_of: Callable[[Array], Labels], positions: Array, masses: Array, temperature: float, step: float,
    friction: float, rng: np.random.Generator,
) -> Iterator[tuple[Array, Labels]]:
    """Positions and their labels after every time step, for ever.

    Parameters
    ----------
    labels_of : callable
        Of positions: a mapping with ``forces`` [eV/Angstrom].
    positions : ndarray, shape (n, 3)
        Where it starts [Angstrom]; velocities are drawn.
    masses : ndarray, shape (n,)
        [u].
    temperature : float
        [K].
    step : float
        [fs].
    friction : float
        [1/fs].
    rng : Generator

    Notes
    -----
    The scheme BAOAB: half a kick, half a drift, friction and noise, half a drift, half a kick. B. Leimkuhler,
    C. Matthews, "Rational construction of stochastic numerical methods for molecular sampling", Applied Mathematics
    Research eXpress, 2013.

    Examples
    --------
    >>> spring = lambda x: {"forces": -x}
    >>> walk = langevin(spring, np.zeros((1, 3)), np.ones(1), 300.0, 1.0, 0.1, np.random.default_rng(0))
    >>> next(walk)[0].shape
    (1, 3)
    """
    per_mass = ACCELERATION / masses[:, None]
    thermal = np.sqrt(BOLTZMANN * temperature * per_mass)
    kept = np.exp(-friction * step)
    velocities = thermal * rng.standard_normal(positions.shape)
    labels = labels_of(positions)
    while True:
        velocities = velocities + step / 2 * per_mass * labels["forces"]
        positions = positions + step / 2 * velocities
        velocities = kept * velocities + np.sqrt(1 - kept**2) * thermal * rng.standard_normal(positions.shape)
        positions = positions + step / 2 * velocities
        labels = labels_of(positions)
        velocities = velocities + step / 2 * per_mass * labels["forces"]
        yield positions, labels


def check_dynamics(name: str, recipe: Any) -> None:
    """See that the parameters of dynamics make sense.

    Raises
    ------
    InputError
        If one is out of range.
    """
    for key in ("step", "friction"):
        if not 0 < getattr(recipe, key) < np.inf:
            raise InputError(f"{name} {key} is {getattr(recipe, key)}; expected a number > 0")
    for key, least in (("frames", 1), ("every", 1), ("warmup", 0)):
        if getattr(recipe, key) < least:
            raise InputError(f"{name} {key} is {getattr(recipe, key)}; expected a whole number >= {least}")
