"""A random alloy at several temperatures and strains, with energies, forces and virials of effective medium theory."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._optional import require
from sciml.datasets.atoms.elements import in_order
from sciml.datasets.atoms.frames import equation_of
from sciml.datasets.atoms.xyz_parts import virial_of
from sciml.datasets.generate.langevin import Labels, check_dynamics, langevin
from sciml.datasets.generate.recipe import Sample, balance

__all__ = ["Alloy"]

METALS = ("Al", "Ni", "Cu", "Pd", "Ag", "Pt", "Au")
CORNERS = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
INSTALL = "'sciml-kit[atoms]'"


@dataclass(frozen=True)
class Alloy:
    """Parameters of the generator ``alloy``: Langevin dynamics of a solid solution, labels of the EMT of ASE.

    Every trajectory has its own occupation of the lattice, temperature and strain of the cell.

    Parameters
    ----------
    host, solute : str
        Two of Al, Ni, Cu, Pd, Ag, Pt, Au.
    share : float
        Of solute atoms.
    lattice : float
        Edge of the face-centred cubic cell of four atoms [Angstrom].
    repeats : int
        Cells along each axis.
    coldest, hottest : float
        Temperatures are uniform in between [K].
    strain : float
        Deviation of each component of the strain of the cell.
    step : float
        Of time [fs].
    friction : float
        [1/fs].
    warmup : int
        Steps before the first frame of a trajectory. It starts from the sites of the lattice without potential
        energy, of which exp(-friction step warmup) is then missing.
    every : int
        Steps from frame to frame.
    frames : int
        Of a trajectory; the next ones belong to another trajectory with other random numbers.

    Notes
    -----
    K. W. Jacobsen, P. Stoltze, J. K. Norskov, "A semi-empirical effective medium theory for metals and alloys", Surface
    Science, 1996.

    Examples
    --------
    >>> Alloy().equation()["symbols"]
    ['Al', 'Cu']
    """

    host: str = "Cu"
    solute: str = "Al"
    share: float = 0.25
    lattice: float = 3.75
    repeats: int = 2
    coldest: float = 300.0
    hottest: float = 1300.0
    strain: float = 0.02
    step: float = 2.0
    friction: float = 0.01
    warmup: int = 200
    every: int = 10
    frames: int = 20

    def __post_init__(self) -> None:
        for key in ("host", "solute"):
            if getattr(self, key) not in METALS:
                raise InputError(f"alloy {key} is '{getattr(self, key)}'; expected one of {', '.join(METALS)}")
        if not 0 < self.share < 1 or self.host == self.solute:
            raise InputError(f"alloy of {self.host} with a share {self.share} of {self.solute}; expected two metals "
                             "and a share between 0 and 1")
        if not 0 < self.coldest <= self.hottest < np.inf:
            raise InputError(f"alloy coldest is {self.coldest} and hottest {self.hottest}; expected 0 < coldest <= "
                             "hottest")
        if not 0 < self.lattice < np.inf or self.repeats < 1 or not 0 <= self.strain < 0.2:
            raise InputError(f"alloy lattice {self.lattice}, repeats {self.repeats}, strain {self.strain}; expected "
                             "lattice > 0, repeats >= 1 and 0 <= strain < 0.2")
        check_dynamics("alloy", self)

    def equation(self) -> dict[str, Any]:
        """Frames of atoms with the names of the species."""
        return equation_of(in_order({self.host, self.solute}))

    def trajectory(self, count: int, rng: np.random.Generator) -> list[Sample]:
        """The first frames of a trajectory.

        Raises
        ------
        MissingDependencyError
            If ASE is not installed.
        """
        emt = require("ase.calculators.emt", INSTALL)
        order = self.equation()["symbols"]
        positions, cell, is_solute = self._drawn(rng)
        names = np.where(is_solute, self.solute, self.host).tolist()
        atoms = require("ase", INSTALL).Atoms(names, positions, cell=cell, pbc=True)
        atoms.calc = emt.EMT()

        def labels_of(where: NDArray[np.float64]) -> Labels:
            atoms.positions[:] = where
            stress = np.array(atoms.get_stress())
            return {"energy": np.array(atoms.get_potential_energy()), "forces": np.array(atoms.get_forces()),
                    "virial": virial_of(stress, cell)}

        temperature = rng.uniform(self.coldest, self.hottest)
        walk = langevin(labels_of, positions, atoms.get_masses(), temperature, self.step, self.friction, rng)
        species = np.array([order.index(name) for name in names])
        solid = {"species": species, "cell": cell, "periodic": np.ones(3, bool)}
        chosen = islice(walk, self.warmup + self.every - 1, self.warmup + count * self.every, self.every)
        return [Sample(solid | {"positions": where}, labels, balance(labels["forces"])) for where, labels in chosen]

    def _drawn(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Sites and cell under a random strain, and which sites the solute has."""
        corners = np.indices((self.repeats,) * 3).reshape(3, -1).T
        sites = self.lattice * (corners[:, None] + CORNERS).reshape(-1, 3)
        drawn = self.strain * rng.standard_normal((3, 3))
        stretch = np.eye(3) + (drawn + drawn.T) / 2
        is_solute = np.arange(len(sites)) < round(self.share * len(sites))
        rng.shuffle(is_solute)
        return sites @ stretch, self.lattice * self.repeats * stretch, is_solute
