"""The potential as a calculator of ASE."""

from typing import Any, ClassVar

import numpy as np

from sciml._optional import require
from sciml.mesh import VerletList
from sciml.mesh.structure import Structure
from sciml.models.dpa3.batch import neighbour_cutoff
from sciml.models.dpa3.model import DPA3

__all__ = ["calculator"]

# What ASE calls xx, yy, zz, yz, xz, xy.
VOIGT = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])


def calculator(model: DPA3, skin: float = 0.5) -> Any:
    """A calculator of ASE for energies, forces, stresses and energies of atoms.

    Parameters
    ----------
    model : DPA3
    skin : float
        Neighbours are searched anew when an atom has moved by half of it [Angstrom].

    Returns
    -------
    ase.calculators.calculator.Calculator
        In the units of ASE: eV, eV/Angstrom, eV/Angstrom^3. Each axis may be periodic or not; a stress is there where
        all are. ``charge``, ``spin`` and ``fparam`` come from ``atoms.info``, ``aparam`` from ``atoms.arrays``.

    Raises
    ------
    MissingDependencyError
        If ASE is not installed.

    Examples
    --------
    >>> from ase.build import molecule
    >>> water = molecule("H2O")
    >>> water.calc = calculator(DPA3(["H", "O"], n_layers=1, node_channels=64))
    >>> water.get_forces().shape
    (3, 3)
    """
    base: Any = require("ase.calculators.calculator", "'sciml-kit[atoms]'")
    neighbours = VerletList(neighbour_cutoff(model.settings), skin)

    class Calculator(base.Calculator):  # type: ignore[misc]
        """Energies and forces by DPA3."""

        implemented_properties: ClassVar[list[str]] = ["energy", "free_energy", "forces", "stress", "energies"]

        def check_state(self, atoms: Any, *args: Any, **kwargs: Any) -> list[str]:
            return [*super().check_state(atoms, *args, **kwargs), *_told_anew(self.atoms, atoms)]

        def calculate(self, atoms: Any = None, properties: Any = None, system_changes: Any = base.all_changes) -> None:
            super().calculate(atoms, properties or ["energy"], system_changes)
            structure = Structure.from_ase(self.atoms)
            graph = neighbours.graph(structure.positions, structure.cell, structure.axes)
            found = model.evaluate([structure], graphs=[graph])[0]
            self.results = {
                "energy": found["energy"], "free_energy": found["energy"], "forces": found["forces"],
                "energies": found["atom_energies"],
            }
            if all(structure.axes):
                volume = abs(np.linalg.det(self.atoms.cell.array))
                self.results["stress"] = -found["virial"][VOIGT] / volume

    return Calculator()


def _told_anew(before: Any, atoms: Any) -> list[str]:
    """Further numbers that have changed, which ASE does not compare."""
    if before is None:
        return []
    changed = [key for key in ("charge", "spin", "fparam")
               if not np.array_equal(before.info.get(key), atoms.info.get(key))]
    return changed if np.array_equal(before.arrays.get("aparam"), atoms.arrays.get("aparam")) else [*changed, "aparam"]
