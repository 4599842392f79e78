"""The calculator of ASE: its numbers, its units, single periodic axes, and dynamics that keep their energy."""

from typing import Any

import numpy as np
import pytest
from potentials import CRYSTAL, MOLECULE, SMALL, filled

from sciml._errors import InputError
from sciml.mesh import Structure
from sciml.models import DPA3

ase = pytest.importorskip("ase")


def model(**changes: Any) -> DPA3:
    return filled(DPA3(["H", "O"], **{**SMALL, **changes}))


def atoms_of(structure: Structure, **more: Any) -> Any:
    symbols = ["H" if symbol == "a" else "O" for symbol in structure.symbols]
    return ase.Atoms(symbols, structure.positions, cell=structure.cell, pbc=structure.axes, **more)


def test_numbers_are_those_of_the_model_in_the_units_of_ase() -> None:
    for structure in (MOLECULE, CRYSTAL):
        atoms = atoms_of(structure)
        found = model().evaluate([Structure.from_ase(atoms)])[0]
        atoms.calc = model().calculator()
        assert atoms.get_potential_energy() == pytest.approx(found["energy"], abs=1e-13)
        assert atoms.get_potential_energy(force_consistent=True) == pytest.approx(found["energy"], abs=1e-13)
        np.testing.assert_allclose(atoms.get_forces(), found["forces"], rtol=0, atol=1e-13)
        np.testing.assert_allclose(atoms.get_potential_energies(), found["atom_energies"], rtol=0, atol=1e-13)
    stress = atoms.get_stress(voigt=False)
    np.testing.assert_allclose(stress, -found["virial"] / atoms.get_volume(), rtol=0, atol=1e-13)


def test_the_stress_is_the_derivative_by_strain() -> None:
    atoms = atoms_of(CRYSTAL)
    atoms.calc = model().calculator()
    stress, h = atoms.get_stress(voigt=False), 2e-4
    for i, j in ((0, 0), (1, 2), (2, 0)):
        def energy(t: float, i: int = i, j: int = j) -> float:
            strained = atoms_of(CRYSTAL)
            F = np.eye(3)
            F[i, j] += t / 2
            F[j, i] += t / 2
            strained.set_cell(CRYSTAL.cell @ F, scale_atoms=True)
            strained.calc = atoms.calc
            return float(strained.get_potential_energy())

        slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h)
        assert stress[i, j] * CRYSTAL_VOLUME == pytest.approx(slope, rel=1e-6)


CRYSTAL_VOLUME = abs(np.linalg.det(np.asarray(CRYSTAL.cell)))


def test_axes_are_periodic_one_by_one() -> None:
    slab = atoms_of(CRYSTAL)
    slab.pbc = (True, False, True)
    slab.calc = model().calculator()
    whole = model().evaluate([Structure.from_ase(atoms_of(CRYSTAL))])[0]["energy"]
    assert slab.get_potential_energy() != pytest.approx(whole)
    expected = Structure(["H", "O"], CRYSTAL.positions, CRYSTAL.cell, (True, False, True))
    assert slab.get_potential_energy() == pytest.approx(model().evaluate([expected])[0]["energy"], abs=1e-13)
    with pytest.raises(Exception, match="stress"):
        slab.get_stress()


def test_charge_spin_and_further_numbers_come_from_the_atoms() -> None:
    network = model(charge_spin=True, frame_values=1, atom_values=1)
    atoms = atoms_of(MOLECULE, info={"charge": -1, "spin": 2, "fparam": [0.5]})
    atoms.set_array("aparam", np.ones((3, 1)))
    atoms.calc = network.calculator()
    same = Structure("HOO", MOLECULE.positions, charge=-1, spin=2, frame_values=[0.5], atom_values=np.ones((3, 1)))
    assert atoms.get_potential_energy() == pytest.approx(network.evaluate([same])[0]["energy"], abs=1e-13)
    atoms.info["spin"] = 3
    other = Structure("HOO", MOLECULE.positions, charge=-1, spin=3, frame_values=[0.5], atom_values=np.ones((3, 1)))
    assert atoms.get_potential_energy() == pytest.approx(network.evaluate([other])[0]["energy"], abs=1e-13)
    del atoms.info["spin"]
    with pytest.raises(InputError, match="no charge or no spin"):
        atoms.get_potential_energy()


def test_a_trajectory_keeps_its_energy() -> None:
    """The error of velocity Verlet falls with the square of the step: a quarter of the step, 1/16 of the drift."""
    from ase import units
    from ase.md.verlet import VelocityVerlet

    drifts = []
    for steps in (10, 40):
        atoms = atoms_of(MOLECULE)
        atoms.calc = model().calculator()
        atoms.set_velocities(0.01 * np.arange(9.0).reshape(3, 3) % 0.05)
        before = atoms.get_total_energy()
        with VelocityVerlet(atoms, 20 / steps * units.fs) as dynamics:
            dynamics.run(steps)
        drifts.append(abs(atoms.get_total_energy() - before))
    assert drifts[0] > 1e-7
    assert drifts[1] == pytest.approx(drifts[0] / 16, rel=0.3)
