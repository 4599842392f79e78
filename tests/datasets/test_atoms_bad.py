"""Frames of atoms that cannot be right are refused by name, or left out; units are converted, wrong ones noticed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atoms_files import contents, frames, write_npy
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.datasets import open_dataset
from sciml.datasets.atoms import bad_frames, energy_scale, in_units, require_labels, without_bad
from sciml.datasets.atoms.units import ENERGIES, LENGTHS, factor_of
from sciml.datasets.convert import convert
from sciml.datasets.dataset import DataSet
from sciml.datasets.ragged import InMemory, Ragged, Repeated, Stacked, Table

WATER = [2, 0, 0]


def system(folder: Path, **changes: Any) -> Path:
    return write_npy(folder / "w", frames(WATER, 3), **changes)


COORD = frames(WATER, 3).positions.reshape(3, 9)
BOX = frames(WATER, 3).cell.reshape(3, 9)


@pytest.mark.parametrize(("changes", "said"), [
    ({"coord": None}, "no coord.npy"),
    ({"coord": COORD[:, :8]}, r"coord.npy has shape \(3, 8\)"),
    ({"coord": np.concatenate((COORD, COORD), axis=1)}, "type.raw has 3 atoms and set.000/coord.npy 6"),
    ({"force": COORD[:2]}, "force.npy has shape"),
    ({"energy": np.zeros((3, 2))}, "energy.npy has shape"),
    ({"box": None}, "no box.npy"),
    ({"box": BOX[:, :3]}, "box.npy has shape"),
    ({"aparam": np.zeros((3, 4))}, "aparam.npy has shape"),
    ({"charge_spin": np.zeros((3, 1))}, "charge_spin.npy has shape"),
    ({"real_atom_types": np.zeros((3, 2), int)}, "real_atom_types has shape"),
    ({"real_atom_types": np.full((3, 3), 5)}, "an atom is of type 5; expected one of 0 to 2"),
    ({"symbols": ("H", "C")}, "an atom is of type 2; expected one of 0 to 1"),
    ({"symbols": ("H", "O", "O")}, "names a species twice"),
])
def test_systems_that_do_not_fit(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        open_dataset(system(tmp_path, **changes))


@pytest.mark.parametrize(("text", "said"), [("", "type.raw is empty"), ("0 O 1", "expected whole numbers")])
def test_damaged_types(text: str, said: str, tmp_path: Path) -> None:
    (system(tmp_path) / "type.raw").write_text(text)
    with pytest.raises(InputError, match=said):
        open_dataset(tmp_path / "w")


def test_species_without_names_beside_others(tmp_path: Path) -> None:
    write_npy(tmp_path / "a", frames(WATER, 2), None)
    with open_dataset(tmp_path / "a") as data:
        assert contents(data)[0]["species"] == ["type_2", "type_0", "type_0"]
    write_npy(tmp_path / "b", frames(WATER, 2))
    with pytest.raises(InputError, match=r"a/set.000 does not name its species and .*type_map.raw"):
        open_dataset(tmp_path)


def test_an_input_that_others_lack(tmp_path: Path) -> None:
    write_npy(tmp_path / "a", frames(WATER, 2), fparam=np.ones((2, 1)))
    write_npy(tmp_path / "b", frames(WATER, 2))
    with pytest.raises(InputError, match=r"b/set.000 has no frame_values"):
        open_dataset(tmp_path)


@pytest.mark.parametrize(("text", "said"), [
    ("3\n\nO 0 0 0\nH 0 0 1\n", "line 1: it announces 3 atoms"),
    ("1\n\nO 0 0 0\nx\n\n", "line 4: 'x' given"),
    ("1\n\nO 0 0 x\n", "line 3: '0 0 x' given for pos"),
    ("1\nProperties=species:S:1:pos:R:3:forces:R:3\nO 0 0 0\n", "line 3: 4 columns; expected the 7"),
    ("1\nProperties=species:S:1:pos:R\nO 0 0 0\n", "Properties=species:S:1:pos:R given"),
    ("1\nProperties=a:S:1:pos:R:3\nO 0 0 0\n", "columns a, pos given"),
    ('1\nLattice="1 2 3"\nO 0 0 0\n', "expected 9 numbers"),
    ("1\nenergy=low\nO 0 0 0\n", "energy=low given; expected 1 number"),
    ('1\npbc="T Q F"\nO 0 0 0\n', "pbc=T Q F given"),
    ("1\nProperties=Z:I:1:pos:R:3\n300 0 0 0\n", "atomic number 300"),
    ("1\nspin=1\nO 0 0 0\n1\n\nO 0 0 0\n", "frame 1 of .* has no spin"),
])
def test_damaged_xyz(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text(text)
    with pytest.raises(InputError, match=said):
        open_dataset(tmp_path / "a.xyz")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "a.db").touch()
    with sqlite3.connect(tmp_path / "a.db") as other:
        other.execute("create table t (x)")
    other.close()
    with pytest.raises(InputError, match=r"no database of ASE|holds no rows"):
        open_dataset(tmp_path / "a.db")


def spoiled(kind: str) -> dict[str, Any]:
    """Arrays of which the second frame is wrong."""
    given = frames(WATER, 3)
    x, cell, forces = given.positions.copy(), given.cell.copy(), given.forces.copy()
    if kind == "nan":
        x[1, 2, 0] = np.nan
    elif kind == "flat":
        cell[1, 2] = cell[1, 0] + cell[1, 1]
    elif kind == "close":
        x[1, 2] = x[1, 0] + (0.1, 0, 0) + cell[1, 1]  # beside an image
    else:
        forces[1, 0, 0] = np.inf
    return {"coord": x.reshape(3, 9), "box": cell.reshape(3, 9), "force": forces.reshape(3, 9)}


SAID = {
    "nan": "positions with 1 numbers that are not finite",
    "flat": "periodic cell vectors .* that span no volume",
    "close": r"atoms 0 \(O\) and 2 \(H\) at a distance of 0.1 Angstrom, expected at least 0.5",
    "force": "forces with 1 numbers that are not finite",
}


@pytest.mark.parametrize("kind", SAID)
def test_frames_that_cannot_be_right(kind: str, tmp_path: Path) -> None:
    path = system(tmp_path, **spoiled(kind))
    with open_dataset(path) as data:
        with pytest.raises(InputError, match=f"frame 1 of .*w/set.000 has {SAID[kind]}; .*--skip-bad"):
            without_bad(data, skip=False)
        kept, bad = without_bad(data, skip=True)
        assert list(bad) == [1]
        assert contents(kept) == [contents(data)[k] for k in (0, 2)]
        assert bad_frames(kept) == {}
    with pytest.raises(InputError, match=SAID[kind]):
        convert(path, tmp_path / "out.h5")
    assert not (tmp_path / "out.h5").exists()
    (told,) = convert(path, tmp_path / "out.h5", skip_bad=True)
    assert told.startswith("left out 1 of 3 frames")
    with open_dataset(tmp_path / "out.h5") as found:
        assert contents(found) == contents(kept)


def test_a_missing_label_is_named(tmp_path: Path) -> None:
    write_npy(tmp_path / "a", frames(WATER, 2))
    write_npy(tmp_path / "b", frames(WATER, 2), force=None)
    with open_dataset(tmp_path) as data:
        assert bad_frames(data) == {}
        require_labels(data, ("energy",))
        with pytest.raises(InputError, match=r"frame 0 of .*b/set.000 has no forces \(2 of 4 frames lack them\)"):
            require_labels(data)


def test_units_are_those_of_ase() -> None:
    import ase.units

    for name, wanted in (("kcal/mol", ase.units.kcal / ase.units.mol), ("kj/mol", ase.units.kJ / ase.units.mol),
                         ("hartree", ase.units.Hartree), ("rydberg", ase.units.Rydberg), ("mev", 1e-3)):
        assert ENERGIES[name] == pytest.approx(wanted, rel=1e-7)
    assert LENGTHS["bohr"] == pytest.approx(ase.units.Bohr, rel=1e-7)
    assert factor_of("forces", "kcal/mol/A") == ENERGIES["kcal/mol"]


def test_conversion_of_units(tmp_path: Path) -> None:
    given = frames(WATER, 3)
    path = write_npy(tmp_path / "w", given)
    convert(path, tmp_path / "a.h5", units={"length": "Bohr", "energy": "Hartree"})
    bohr, hartree = LENGTHS["bohr"], ENERGIES["hartree"]
    with open_dataset(tmp_path / "a.h5") as data:
        np.testing.assert_array_equal(data.inputs["positions"][1], given.positions[1] * bohr)
        np.testing.assert_array_equal(data.inputs["cell"][1], given.cell[1] * bohr)
        np.testing.assert_array_equal(data.outputs["energy"][:], given.energy * hartree)
        np.testing.assert_allclose(data.outputs["forces"][1], given.forces[1] * hartree / bohr, rtol=1e-15)
        np.testing.assert_array_equal(data.outputs["virial"][:], given.virial * hartree)


@pytest.mark.parametrize(("units", "said"), [
    ({"energies": "eV"}, "did you mean 'energy'"), ({"energy": "Hartre"}, "did you mean 'hartree'"),
    ({"forces": "eV"}, "expected energy/length"), ({"length": "mile"}, "unit 'mile' is unknown"),
])
def test_unknown_units(units: dict[str, str], said: str, tmp_path: Path) -> None:
    with open_dataset(system(tmp_path)) as data, pytest.raises(InputError, match=said):
        in_units(data, units)


def springs(energy_unit: float, force_unit: float, folder: Path) -> DataSet:
    """Molecules of water as independent springs of 20 eV/Angstrom^2 at 500 K, in other units than they should be in."""
    rng, k, kT = np.random.default_rng(0), 20.0, 0.043
    x = np.sqrt(kT / k) * rng.standard_normal((60, 3, 3))
    energy = (-470.0 + 0.5 * k * np.sum(x**2, axis=(1, 2))) / energy_unit
    changes = {"coord": (2 * np.arange(9).reshape(3, 3) + x).reshape(60, 9), "energy": energy, "virial": None,
               "force": (-k * x / force_unit).reshape(60, 9), "box": np.tile(9 * np.eye(3).ravel(), (60, 1))}
    return open_dataset(write_npy(folder / "w", frames(WATER, 60), **changes))


@pytest.mark.parametrize(("energy", "forces", "said"), [
    (1.0, 1.0, ""),
    (ENERGIES["hartree"], 1.0, "may be in Hartree"),
    (ENERGIES["kcal/mol"], 1.0, "below .* of bare nuclei"),
    (ENERGIES["kcal/mol"], ENERGIES["kcal/mol"], "kcal/mol"),
    (ENERGIES["mev"], 1.0, "below .* of bare nuclei"),
    (-1e-1, 1.0, "check their sign and unit"),
])
def test_scale_of_energies(energy: float, forces: float, said: str, tmp_path: Path) -> None:
    import re

    with springs(energy, forces, tmp_path) as data:
        found = energy_scale(data)
    assert re.search(said, found) if said else found == ""


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_flat_batches_are_frames_one_after_the_other(lengths: list[int], data: st.DataObject) -> None:
    rows = np.arange(2.0 * sum(lengths)).reshape(-1, 2)
    counts, cut = np.array(lengths), data.draw(st.integers(0, len(rows)))
    field = Ragged(Stacked([InMemory(rows[:cut]), InMemory(rows[cut:])]), counts)
    pieces = np.split(rows, np.cumsum(counts)[:-1])
    chosen = data.draw(st.lists(st.integers(-len(counts), len(counts) - 1), max_size=6))
    wanted = np.concatenate([np.empty((0, 2)), *(pieces[k] for k in chosen)])
    np.testing.assert_array_equal(field[np.array(chosen, int)], wanted)
    np.testing.assert_array_equal(field[1:], np.concatenate([np.empty((0, 2)), *pieces[1:]]))
    for k, piece in enumerate(pieces):
        np.testing.assert_array_equal(field[k], piece)


@given(st.lists(st.integers(-12, 11), max_size=6))
def test_rows_that_repeat(chosen: list[int]) -> None:
    table = Table(Repeated(np.arange(3), 4))
    np.testing.assert_array_equal(table[np.array(chosen, int)], np.tile(np.arange(3), 4)[np.array(chosen, int)])
