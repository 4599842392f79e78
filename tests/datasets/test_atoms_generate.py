"""Generated frames of atoms: the same bytes however made, labels that belong to the structures."""

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.emt import EMT

from sciml._errors import InputError
from sciml.datasets import open_dataset
from sciml.datasets.atoms import bad_frames, symbols_of
from sciml.datasets.checks import check
from sciml.datasets.generate.alloy import Alloy
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.geometries import MOLECULES, geometry_of
from sciml.datasets.generate.langevin import BOLTZMANN, langevin
from sciml.datasets.generate.molecules import Molecules
from sciml.datasets.generate.recipe import Trajectories, rng_of

RECIPES: dict[str, Trajectories] = {
    "molecules": Molecules("water", warmup=2, every=1, frames=3),
    "alloy": Alloy(warmup=2, every=1, frames=3, repeats=1),
}


@pytest.mark.parametrize("name", RECIPES)
def test_bytes_do_not_depend_on_interruptions(name: str, tmp_path: Path) -> None:
    order = Order(name, RECIPES[name], samples=8, seed=3)
    generate(order, tmp_path / "a.h5")

    def stop(done: int, samples: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(order, tmp_path / "b.h5", progress=stop)
    steps: list[int] = []
    generate(order, tmp_path / "b.h5", progress=lambda done, samples: steps.append(done))
    assert steps[0] == 3  # a trajectory is a part
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_bytes_do_not_depend_on_workers(name: str, tmp_path: Path) -> None:
    order = Order(name, RECIPES[name], samples=8, seed=3)
    generate(order, tmp_path / "a.h5")
    generate(order, tmp_path / "b.h5", workers=2)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("name", RECIPES)
def test_a_longer_file_begins_with_the_shorter_one(name: str, tmp_path: Path) -> None:
    for samples in (4, 8):
        generate(Order(name, RECIPES[name], samples), tmp_path / f"{samples}.h5")
    with open_dataset(tmp_path / "4.h5") as short, open_dataset(tmp_path / "8.h5") as long:
        first = np.arange(4)
        for side in ("inputs", "outputs"):
            for key, field in getattr(short, side).items():
                np.testing.assert_array_equal(field[first], getattr(long, side)[key][first])
        assert long.facts["trajectory"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
        assert [long.outputs["energy"].dtype, long.inputs["species"].dtype.kind] == [np.float64, "i"]
        assert not bad_frames(long)
        assert all(finding.passed for finding in check(long))
        assert {finding.name: finding.text for finding in check(long)}["energy scale"] == "fits atoms and forces"


def test_labels_of_an_alloy_are_those_of_emt_and_derivatives_of_the_energy() -> None:
    """Forces and virial by central differences of ASE's energy, of positions and of strained cells."""
    recipe = Alloy(warmup=3, every=2, frames=2, repeats=1)
    sample = recipe.trajectory(2, rng_of(0, 0))[1]
    names = [recipe.equation()["symbols"][k] for k in sample.inputs["species"]]

    def energy(positions: np.ndarray, cell: np.ndarray) -> float:
        return float(Atoms(names, positions, cell=cell, pbc=True, calculator=EMT()).get_potential_energy())

    x, cell, h = sample.inputs["positions"], sample.inputs["cell"], 1e-4
    assert sample.outputs["energy"] == pytest.approx(energy(x, cell), rel=1e-12)
    shift = np.zeros_like(x)
    shift[2, 1] = h
    slope = (energy(x + shift, cell) - energy(x - shift, cell)) / (2 * h)
    assert sample.outputs["forces"][2, 1] == pytest.approx(-slope, abs=1e-5)
    for a, b in ((0, 0), (0, 1), (1, 2)):
        strain = np.zeros((3, 3))
        strain[a, b] = h
        up, down = ((np.eye(3) + sign * strain) for sign in (1, -1))
        slope = (energy(x @ up, cell @ up) - energy(x @ down, cell @ down)) / (2 * h)
        assert sample.outputs["virial"][a, b] == pytest.approx(-slope, abs=1e-4)


def test_forces_of_a_molecule_are_derivatives_of_the_energy() -> None:
    from sciml.datasets.atoms.elements import NUMBERS
    from sciml.datasets.generate.molecules import tight_binding

    symbols, x = geometry_of("water")
    labels_of = tight_binding("GFN2-xTB", np.array([NUMBERS[one] for one in symbols]), x)
    x = x + np.array([[0.05, 0, 0], [0, 0.02, 0], [0, 0, 0.03]])
    forces = labels_of(x)["forces"]
    for atom, axis in ((0, 0), (1, 1)):
        shift = np.zeros_like(x)
        shift[atom, axis] = 1e-3
        slope = (labels_of(x + shift)["energy"] - labels_of(x - shift)["energy"]) / 2e-3
        assert forces[atom, axis] == pytest.approx(-float(slope), abs=2e-4)


def test_langevin_has_its_temperature() -> None:
    """Of independent springs: <x^2> = T / k, which BAOAB has exactly whatever the step."""
    n, stiffness, temperature = 20000, 5.0, 400.0
    walk = langevin(
        lambda x: {"forces": -stiffness * x}, np.zeros((n, 3)), np.full(n, 12.0), temperature, 2.0, 0.2, rng_of(0, 0)
    )
    squares = [np.mean(next(walk)[0] ** 2) for _ in range(120)]
    assert np.mean(squares[60:]) == pytest.approx(BOLTZMANN * temperature / stiffness, rel=0.02)


@pytest.mark.parametrize("name", MOLECULES)
def test_molecules_are_whole(name: str) -> None:
    """Every atom has a neighbour at the length of a bond, and none is closer."""
    symbols, x = geometry_of(name)
    distances = np.linalg.norm(x[:, None] - x, axis=2) + 9 * np.eye(len(x))
    assert len(symbols) == len(x)
    assert np.all((distances.min(axis=1) > 0.9) & (distances.min(axis=1) < 1.6))


def test_a_molecule_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "m.xyz").write_text("2\n\nH 0 0 0\nF 0 0 0.92\n")
    recipe = Molecules(str(tmp_path / "m.xyz"), warmup=0, every=1, frames=1)
    generate(Order("molecules", recipe, samples=1), tmp_path / "a.h5")
    with open_dataset(tmp_path / "a.h5") as data:
        assert symbols_of(data) == ("H", "F")
        assert data.inputs["species"][0].tolist() == [0, 1]


@pytest.mark.parametrize(("make", "said"), [
    (lambda: Molecules("ethanl"), "did you mean 'ethanol'"),
    (lambda: Molecules(method="gfn3"), "gfn2 or gfn1"),  # type: ignore[arg-type]
    (lambda: Molecules(temperature=0.0), "temperature is 0.0"),
    (lambda: Molecules(step=-1.0), "step is -1.0"),
    (lambda: Molecules(frames=0), "frames is 0"),
    (lambda: Alloy(solute="Fe"), "solute is 'Fe'"),
    (lambda: Alloy(solute="Cu"), "expected two metals"),
    (lambda: Alloy(coldest=500.0, hottest=400.0), "coldest <= hottest"),
    (lambda: Alloy(repeats=0), "repeats 0"),
    (lambda: Order("alloy", Alloy(), 4, resolution=8), "atoms have no grid"),
])
def test_parameters_out_of_range(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=said):
        make()
