"""``sciml data`` on frames of atoms."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from atoms_files import frames, write_npy
from click.testing import Result

from sciml.datasets import open_dataset

Run: TypeAlias = Callable[..., Result]
WATER = [2, 0, 0]


def told(run: Run, path: str) -> dict[str, str]:
    lines = dict(line.split("  ", 1) for line in run("data", "info", path).stdout.splitlines())
    return {name: text.strip() for name, text in lines.items()}


def test_info_and_check(run: Run) -> None:
    write_npy(Path("in/a"), frames(WATER, 2), virial=None)
    write_npy(Path("in/b"), frames([0], 3), virial=None)
    lines = told(run, "in")
    assert lines["samples"] == "5"
    assert lines["atoms"] == "1 to 3 a frame, 9 in all"
    assert lines["species"] == "H C O"
    assert lines["periodic"] == "a b c"
    assert (lines["forces"], lines["virial"]) == ("all frames, eV/Angstrom", "no frames, eV")
    checked = run("data", "check", "in").stdout
    assert "labels" in checked
    assert "energy in 5 of 5, forces in 5 of 5, virial in 0 of 5" in checked


def test_bad_frames_fail_a_check_and_are_left_out_when_converting(run: Run) -> None:
    given = frames(WATER, 3)
    given.positions[1, 2] = given.positions[1, 0]
    write_npy(Path("w"), given)
    assert "sample 1 of 3; 1: atoms 0 (O) and 2 (H)" in run("data", "check", "w", "-q", code=1).stdout
    assert "frame 1 of w/set.000 has atoms 0 (O) and 2 (H)" in run("data", "convert", "w", "o.xyz", code=2).stderr
    said = run("data", "convert", "w", "o.xyz", "--skip-bad").stderr
    assert said.startswith("warning: left out 1 of 3 frames; frame 1 of w/set.000 has atoms")
    assert told(run, "o.xyz")["samples"] == "2"


def test_units_and_formats(run: Run) -> None:
    given = frames(WATER, 2)
    write_npy(Path("w"), given)
    run("data", "convert", "w", "o.h5", "--unit", "energy=Hartree", "-q")
    with open_dataset("o.h5") as data:
        np.testing.assert_allclose(data.outputs["energy"][:], 27.211386245988 * given.energy, rtol=1e-15)
    assert told(run, "o.h5")["converted"] == "converted from energy in Hartree, format deepmd npy"
    assert "did you mean 'hartree'" in run("data", "convert", "w", "p.h5", "--unit", "energy=Hartre", code=2).stderr
    assert "suffix '.npz' is none for atoms" in run("data", "convert", "w", "p.npz", code=2).stderr
    said = run("data", "convert", "w", "p.h5", "--protocol", "lsm", code=2).stderr
    assert "protocol 'lsm' is given for atoms" in said
    run("data", "convert", "w", "m", "--to", "deepmd-mixed", "-q")
    assert Path("m/set.000/real_atom_types.npy").exists()


def test_options_for_atoms_on_a_grid(run: Run) -> None:
    np.savez("a.npz", inputs=np.ones((2, 3)), outputs=np.ones((2, 3)))
    assert "holds no atoms" in run("data", "convert", "a.npz", "b.h5", "--skip-bad", code=2).stderr
    assert "format 'extxyz' is for atoms" in run("data", "convert", "a.npz", "b.h5", "--to", "extxyz", code=2).stderr


def test_generated(run: Run) -> None:
    command = ["data", "generate", "alloy", "--samples", "4", "--set", "warmup=1", "--set", "every=1"]
    made = run(*command, "--set", "repeats=1", "--set", "frames=2", "--output", "a.h5")
    assert made.stdout.startswith("a.h5: 4 samples, ")
    lines = told(run, "a.h5")
    assert lines["atoms"] == "4 a frame, 16 in all"
    assert lines["virial"] == "all frames, eV"
    assert "atoms have no grid" in run(*command, "--resolution", "8", "--output", "b.h5", code=2).stderr
    assert run("data", "check", "a.h5", "-q").output == ""
