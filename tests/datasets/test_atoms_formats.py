"""Frames of atoms: what others write is read to the bit, and what is written others read."""

from pathlib import Path

import ase.db
import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from atoms_files import SYMBOLS, Frames, contents, frames, write_group, write_npy

from sciml.datasets import open_dataset
from sciml.datasets.atoms import structure_of
from sciml.datasets.atoms.write_ase import as_ase
from sciml.datasets.convert import convert

WATER, ETHENE = [2, 0, 0], [1, 1, 0, 0, 0, 0]
TARGETS = ("a.h5", "folder", "a.hdf5", "a.extxyz")


def assert_holds(path: Path, given: Frames, symbols: tuple[str, ...] = SYMBOLS) -> None:
    with open_dataset(path) as data:
        assert [one["species"] for one in contents(data)] == [[symbols[k] for k in given.species]] * len(given.energy)
        for name in ("positions", "cell", "energy", "forces", "virial"):
            field = {**data.inputs, **data.outputs}[name]
            for frame, wanted in enumerate(getattr(given, name)):
                np.testing.assert_array_equal(field[frame], wanted)
            assert field.dtype == given.positions.dtype


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("column", [False, True])
def test_deepmd_folder(dtype: str, column: bool, tmp_path: Path) -> None:
    given = frames(WATER, 4, dtype=dtype)
    energy = given.energy[:, None] if column else given.energy
    assert_holds(write_npy(tmp_path / "water", given, energy=energy), given)


def test_systems_of_a_folder_follow_one_another_with_species_by_name(tmp_path: Path) -> None:
    """Numbers of species differ from file to file; a label that one lacks is NaN there."""
    water, ethene = frames(WATER, 2), frames(ETHENE, 3, seed=1)
    write_npy(tmp_path / "a", water, ("H", "C", "O"), virial=None)
    write_npy(tmp_path / "b", ethene, ("O", "H", "C"))
    with open_dataset(tmp_path) as data:
        assert (data.equation or {})["symbols"] == ["H", "C", "O"]
        assert data.facts["atoms"].tolist() == [3, 3, 6, 6, 6]
        names = [one["species"] for one in contents(data)]
        assert names[0] == ["O", "H", "H"]
        assert names[2] == ["H", "H", "O", "O", "O", "O"]
        assert [np.isnan(data.outputs["virial"][k]).all() for k in range(5)] == [True, True, False, False, False]
        batch = np.array([4, 0])
        wanted = np.concatenate((ethene.positions[2], water.positions[0]))
        np.testing.assert_array_equal(data.inputs["positions"][batch], wanted)


def test_mixed_types_and_padding(tmp_path: Path) -> None:
    given = frames([0] * 6, 3)
    kinds = np.array([[2, 0, 0, -1, -1, -1], [1, 1, 0, 0, 0, 0], [-1, 2, 0, 0, -1, -1]])
    write_npy(tmp_path / "m", given, real_atom_types=kinds)
    with open_dataset(tmp_path / "m") as data:
        assert data.facts["atoms"].tolist() == [3, 6, 3]
        assert contents(data)[2]["species"] == ["O", "H", "H"]
        for frame, row in enumerate(kinds):
            np.testing.assert_array_equal(data.inputs["positions"][frame], given.positions[frame][row >= 0])
            np.testing.assert_array_equal(data.outputs["forces"][frame], given.forces[frame][row >= 0])


def test_deepmd_hdf5(tmp_path: Path) -> None:
    water, ethene = frames(WATER, 2), frames(ETHENE, 3, seed=1)
    write_group(tmp_path / "a.hdf5", "water", water, free=False)
    write_group(tmp_path / "a.hdf5", "more/ethene", ethene, free=True)
    with open_dataset(tmp_path / "a.hdf5") as data:
        assert [one["periodic"] for one in contents(data)] == [[False] * 3] * 3 + [[True] * 3] * 2
        np.testing.assert_array_equal(data.inputs["positions"][1], ethene.positions[1])
        np.testing.assert_array_equal(data.outputs["energy"][:], np.concatenate((ethene.energy, water.energy)))


def test_further_inputs(tmp_path: Path) -> None:
    given = frames(WATER, 2)
    more = {"fparam": np.arange(4.0).reshape(2, 2), "aparam": np.arange(6.0).reshape(2, 3),
            "charge_spin": np.array([[-1.0, 2.0], [0.0, 1.0]])}
    write_npy(tmp_path / "w", given, **more)
    for target in TARGETS:
        convert(tmp_path / "w", tmp_path / target)
        with open_dataset(tmp_path / target) as data:
            assert data.inputs["charge"][:].tolist() == [-1, 0]
            assert data.inputs["spin"][:].tolist() == [2, 1]
            assert data.inputs["frame_values"][1].tolist() == [2.0, 3.0]
            assert data.inputs["atom_values"][1].tolist() == [[3.0], [4.0], [5.0]]


@pytest.mark.parametrize("first", TARGETS)
@pytest.mark.parametrize("second", TARGETS)
def test_there_and_back(first: str, second: str, tmp_path: Path) -> None:
    """Every number and name survives, whatever the formats on the way; labels stay absent where they were."""
    write_npy(tmp_path / "in" / "a", frames(WATER, 2), virial=None)
    write_npy(tmp_path / "in" / "b", frames(ETHENE, 3, seed=1), ("O", "H", "C"))
    (tmp_path / "out").mkdir()
    convert(tmp_path / "in", tmp_path / first)
    convert(tmp_path / first, tmp_path / "out" / second)
    with open_dataset(tmp_path / "in") as before, open_dataset(tmp_path / "out" / second) as after:
        wanted, found = (sorted(contents(data), key=lambda one: one["positions"]) for data in (before, after))
        assert wanted == found


@pytest.mark.parametrize("target", TARGETS[:3])
def test_splits_are_kept(target: str, tmp_path: Path) -> None:
    for k, part in enumerate(("train", "val", "test")):
        write_npy(tmp_path / "in" / part, frames(WATER, 3 - k, seed=k))
    convert(tmp_path / "in", tmp_path / target)
    with open_dataset(tmp_path / "in") as before, open_dataset(tmp_path / target) as after:
        for part in ("train", "val", "test"):
            energies = [data.outputs["energy"][data.indices(part)].tolist() for data in (before, after)]
            assert energies[0] == energies[1]
        assert [len(after.split[part]) for part in ("train", "val", "test")] == [3, 2, 1]


def test_mixed_types_are_written_for_one_number_of_atoms(tmp_path: Path) -> None:
    write_npy(tmp_path / "in" / "a", frames(WATER, 2))
    write_npy(tmp_path / "in" / "b", frames([1, 0, 2], 2, seed=1))
    convert(tmp_path / "in", tmp_path / "mixed", to="deepmd-mixed")
    assert (tmp_path / "mixed" / "type.raw").read_text() == "0\n0\n0\n"
    kinds = np.load(tmp_path / "mixed" / "set.000" / "real_atom_types.npy")
    assert kinds.tolist() == [[2, 0, 0]] * 2 + [[1, 0, 2]] * 2
    with open_dataset(tmp_path / "in") as before, open_dataset(tmp_path / "mixed") as after:
        assert contents(before) == contents(after)


def atoms_of(given: Frames, frame: int, periodic: tuple[bool, bool, bool] = (True, True, True)) -> Atoms:
    """The same frame through ASE's own classes."""
    cell = given.cell[frame]
    atoms = Atoms([SYMBOLS[k] for k in given.species], given.positions[frame], cell=cell, pbc=periodic)
    stress = -given.virial[frame] / abs(np.linalg.det(cell))
    voigt = stress.ravel()[[0, 4, 8, 5, 2, 1]]
    atoms.calc = SinglePointCalculator(atoms, energy=given.energy[frame], forces=given.forces[frame], stress=voigt)
    return atoms


@pytest.mark.parametrize("suffix", [".extxyz", ".db"])
def test_what_ase_writes(suffix: str, tmp_path: Path) -> None:
    water, ethene = frames(WATER, 2), frames(ETHENE, 2, seed=1)
    images = [atoms_of(one, k, axes) for one, axes in ((water, (True,) * 3), (ethene, (True, False, True)))
              for k in range(2)]
    path = tmp_path / f"a{suffix}"
    if suffix == ".db":
        with ase.db.connect(path) as rows:
            for image in images:
                rows.write(image)
    else:
        ase.io.write(path, images, format="extxyz")
    atol = 0.0 if suffix == ".db" else 1e-8  # the digits that ASE prints
    with open_dataset(path) as data:
        for k, image in enumerate(images):
            given, frame = (water, ethene)[k // 2], k % 2
            assert contents(data)[k]["species"] == image.get_chemical_symbols()
            assert contents(data)[k]["periodic"] == image.pbc.tolist()
            for name in ("positions", "cell", "energy", "forces"):
                field = {**data.inputs, **data.outputs}[name]
                np.testing.assert_allclose(field[k], getattr(given, name)[frame], rtol=0, atol=atol)
            np.testing.assert_allclose(data.outputs["virial"][k], given.virial[frame], rtol=0, atol=1e-6)


@pytest.mark.parametrize("target", ["a.extxyz", "a.db"])
def test_what_ase_reads(target: str, tmp_path: Path) -> None:
    given = frames(ETHENE, 2)
    convert(write_npy(tmp_path / "e", given), tmp_path / target)
    images = ase.io.read(tmp_path / target, index=":")
    for k, image in enumerate(images):
        wanted = atoms_of(given, k)
        assert image.get_chemical_symbols() == wanted.get_chemical_symbols()
        np.testing.assert_array_equal(image.positions, wanted.positions)
        np.testing.assert_array_equal(image.cell.array, wanted.cell.array)
        assert image.get_potential_energy() == wanted.get_potential_energy()
        np.testing.assert_array_equal(image.get_forces(), wanted.get_forces())
        np.testing.assert_allclose(image.get_stress(), wanted.get_stress(), rtol=1e-12)


def test_a_frame_as_atoms_of_ase(tmp_path: Path) -> None:
    given = frames(WATER, 2)
    with open_dataset(write_npy(tmp_path / "w", given)) as data:
        image, wanted = as_ase(data, 1), atoms_of(given, 1)
    assert image == wanted
    np.testing.assert_allclose(image.get_stress(), wanted.get_stress(), rtol=1e-14)


def test_a_frame_as_a_structure(tmp_path: Path) -> None:
    given = frames(WATER, 2)
    more = {"charge_spin": np.array([[-1.0, 2.0], [0.0, 1.0]]), "aparam": np.ones((2, 3))}
    with open_dataset(write_npy(tmp_path / "w", given, **more)) as data:
        found = structure_of(data, 0)
    assert (found.symbols, found.periodic, found.charge, found.spin) == (("O", "H", "H"), (True, True, True), -1, 2)
    np.testing.assert_array_equal(found.positions, given.positions[0])
    np.testing.assert_array_equal(found.cell, given.cell[0])
    np.testing.assert_array_equal(found.atom_values, np.ones((3, 1)))


XYZ = """3
{comment}
O 0 0 0 1 2 3
H 0.96 0 0 -1 -2 -3
H -0.24 0.93 0 0 0 0
"""
LATTICE = 'Lattice="5 0 0 0 6 0 0 0 7"'
TURNED = [[-210, -420, -630], [-420, -840, -1050], [-630, -1050, -1260]]  # minus the volume of 210 times the stress
COLUMNS = "Properties=species:S:1:pos:R:3:{name}:R:3"


@pytest.mark.parametrize(("name", "comment", "energy", "virial"), [
    ("forces", "energy=-1.5", -1.5, None),
    ("REF_forces", "REF_energy=-1.5 free_energy=7", -1.5, None),
    ("force", 'dft_energy = "-1.5"', -1.5, None),
    ("forces", f'{LATTICE} free_energy=-1.5 virial="1 2 3 2 4 5 3 5 6" stress="0 0 0 0 0 0 0 0 0"', -1.5,
     [[1, 2, 3], [2, 4, 5], [3, 5, 6]]),
    ("forces", LATTICE + ' stress="1 2 3 2 4 5 3 5 6"', None, TURNED),
    ("forces", LATTICE + " REF_stress=[1, 4, 6, 5, 3, 2] pbc=[T, F, T]", None, TURNED),
])
def test_keys_of_extended_xyz(
    name: str, comment: str, energy: float | None, virial: list[list[float]] | None, tmp_path: Path
) -> None:
    (tmp_path / "a.xyz").write_text(XYZ.format(comment=f"{COLUMNS.format(name=name)} {comment}"))
    with open_dataset(tmp_path / "a.xyz") as data:
        (found,) = contents(data)
        assert found["forces"] == [[1, 2, 3], [-1, -2, -3], [0, 0, 0]]
        assert found.get("energy") == energy
        if virial is None:
            assert "virial" not in found
        else:
            np.testing.assert_allclose(found["virial"], virial, rtol=1e-14)
        assert found["periodic"] == ([True, False, True] if "pbc" in comment else ["Lattice" in comment] * 3)


def test_plain_xyz_and_atomic_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("2\nmade by hand\nO 0 0 0\nH 0 0 1\n1\n\nH 5 5 5\n\n")
    (tmp_path / "b.xyz").write_text("2\nProperties=Z:I:1:pos:R:3\n8 0 0 0\n1 0 0 1\n")
    with open_dataset([tmp_path / "a.xyz", tmp_path / "b.xyz"]) as data:
        assert [one["species"] for one in contents(data)] == [["O", "H"], ["H"], ["O", "H"]]
        assert not data.outputs
