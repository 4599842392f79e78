"""A molecule at a temperature, with energies and forces of extended tight binding (GFN-xTB)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._optional import require
from sciml.datasets.atoms.elements import NUMBERS, in_order
from sciml.datasets.atoms.frames import equation_of
from sciml.datasets.atoms.units import ENERGIES, LENGTHS
from sciml.datasets.generate.geometries import geometry_of
from sciml.datasets.generate.langevin import Labels, check_dynamics, langevin
from sciml.datasets.generate.recipe import Sample, balance

__all__ = ["Molecules"]

Method = Literal["gfn2", "gfn1"]

METHODS = {"gfn2": "GFN2-xTB", "gfn1": "GFN1-xTB"}
ACCURACY = 0.1  # of tblite: charges to 2e-6, so that forces balance
INSTALL = "'sciml-kit[atoms,xtb]'"


@dataclass(frozen=True)
class Molecules:
    """Parameters of the generator ``molecules``: Langevin dynamics of one molecule, labels of GFN-xTB by tblite.

    Parameters
    ----------
    molecule : str
        ``water``, ``ethanol``, ``benzene``, ``malonaldehyde``, ``aspirin``, or a file .xyz.
    method : {"gfn2", "gfn1"}
        Of dynamics and labels.
    temperature : float
        [K].
    step : float
        Of time [fs].
    friction : float
        [1/fs].
    warmup : int
        Steps before the first frame of a trajectory. It starts from the minimum without potential energy, of which
        exp(-friction step warmup) is then missing.
    every : int
        Steps from frame to frame.
    frames : int
        Of a trajectory; the next ones belong to another trajectory with other random numbers.

    Notes
    -----
    C. Bannwarth, S. Ehlert, S. Grimme, "GFN2-xTB", Journal of Chemical Theory and Computation, 2019.

    Examples
    --------
    >>> Molecules("aspirin").equation()["symbols"]
    ['H', 'C', 'O']
    """

    molecule: str = "ethanol"
    method: Method = "gfn2"
    temperature: float = 500.0
    step: float = 0.5
    friction: float = 0.02
    warmup: int = 400
    every: int = 20
    frames: int = 20

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise InputError(f"molecules method is '{self.method}'; expected {' or '.join(get_args(Method))}")
        if not 0 < self.temperature < np.inf:
            raise InputError(f"molecules temperature is {self.temperature}; expected a number > 0")
        check_dynamics("molecules", self)
        geometry_of(self.molecule)

    def equation(self) -> dict[str, Any]:
        """Frames of atoms with the names of the species."""
        return equation_of(in_order(set(geometry_of(self.molecule)[0])))

    def trajectory(self, count: int, rng: np.random.Generator) -> list[Sample]:
        """The first frames of a trajectory.

        Raises
        ------
        MissingDependencyError
            If tblite or ASE is not installed.
        """
        from threadpoolctl import threadpool_limits

        masses = require("ase.data", INSTALL).atomic_masses
        require("tblite.interface", INSTALL)
        symbols, positions = geometry_of(self.molecule)
        numbers = np.array([NUMBERS[symbol] for symbol in symbols])
        order = self.equation()["symbols"]
        species = np.array([order.index(symbol) for symbol in symbols])
        walk = langevin(
            tight_binding(METHODS[self.method], numbers, positions), positions, masses[numbers], self.temperature,
            self.step, self.friction, rng,
        )
        free = {"species": species, "cell": np.zeros((3, 3)), "periodic": np.zeros(3, bool)}
        chosen = islice(walk, self.warmup + self.every - 1, self.warmup + count * self.every, self.every)
        # Of molecules this small several threads make slow work, and sums that depend on their number.
        with threadpool_limits(1):
            return [Sample(free | {"positions": where}, labels, balance(labels["forces"])) for where, labels in chosen]


def tight_binding(
    method: str, numbers: NDArray[np.int64], positions: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], Labels]:
    """Energy [eV] and forces [eV/Angstrom] of positions, each solved from the charges of the one before.

    Raises
    ------
    MissingDependencyError
        If tblite is not installed.
    """
    bohr, hartree = LENGTHS["bohr"], ENERGIES["hartree"]
    interface = require("tblite.interface", INSTALL)
    calculator = interface.Calculator(method, numbers, positions / bohr)
    calculator.set("verbosity", 0)
    calculator.set("accuracy", ACCURACY)
    last: list[Any] = [None]

    def labels_of(where: NDArray[np.float64]) -> Labels:
        calculator.update(where / bohr)
        last[0] = calculator.singlepoint(last[0])
        energy, gradient = last[0].get("energy"), last[0].get("gradient")
        return {"energy": np.array(float(energy) * hartree), "forces": -np.asarray(gradient) * hartree / bohr}

    return labels_of
