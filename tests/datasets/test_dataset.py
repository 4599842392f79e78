"""Data sets: what they hold, what they refuse, and our own files."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, StoredField
from sciml.datasets.formats.ours import open_ours, recognises, writing
from sciml.mesh import Boundary, Grid

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("samples", [2, slice(1, 4), np.array([3, 0, 3]), np.array([], dtype=np.int64)], ids=str)
def test_stored_field_moves_the_sample_axis_to_the_front(axis: int, samples: object) -> None:
    values = RNG.standard_normal((5, 6, 7))
    field = StoredField(values, axis, np.float32)
    expected = np.moveaxis(values, axis, 0)[samples].astype(np.float32)  # type: ignore[index]
    found = field[samples]  # type: ignore[index]
    assert found.dtype == field.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("split", "said"), [
    ({"train": [0, 1], "test": [1]}, "twice"), ({"train": [5]}, "there are 5"), ({"valid": [0]}, "'valid'"),
])
def test_refuses_wrong_splits(split: dict[str, list[int]], said: str) -> None:
    field = StoredField(np.ones((5, 2)))
    with pytest.raises(InputError, match=said):
        DataSet("five", {"a": field}, {"u": field}, split={name: np.array(part) for name, part in split.items()})


def test_refuses_fields_of_different_length() -> None:
    with pytest.raises(InputError, match=r"a 5, u 4"):
        DataSet("mixed", {"a": StoredField(np.ones((5, 2)))}, {"u": StoredField(np.ones((4, 2)))})


def write(path: Path) -> Grid:
    walls = {"x": Boundary("periodic"), "y-": Boundary("robin", 2.0, transfer=3.0), "y+": Boundary("neumann", "sin(x)")}
    grid = Grid((4, 3), (1.0, 2.0), "cell", walls)
    with writing(path, 3, name="three", grid=grid, equation={"kind": "poisson"}, seed=7, generator={"b": 1}) as writer:
        for sample in range(3):
            writer.put("inputs", "coefficient", sample, np.full((4, 3), sample, np.float32))
            writer.put("outputs", "solution", sample, np.full((4, 3), -sample, np.float32))
        writer.split({"train": np.array([0, 2]), "test": np.array([1])})
    return grid


def test_file_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "three.h5"
    grid = write(path)
    assert recognises(path)
    with open_ours(path) as data:
        assert (len(data), data.name, data.equation) == (3, "three", {"kind": "poisson"})
        assert (data.attributes["seed"], data.attributes["generator"]) == (7, {"b": 1})
        np.testing.assert_array_equal(data.outputs["solution"][np.array([2, 0])][:, 0, 0], [-2, 0])
        assert data.indices("test").tolist() == [1]
        assert data.grid is not None
        assert (data.grid.shape, data.grid.extent, data.grid.location) == (grid.shape, grid.extent, grid.location)
        assert {side: (b.kind, b.value, b.transfer) for side, b in data.grid.boundary.items()} == {
            side: (b.kind, b.value, b.transfer) for side, b in grid.boundary.items()
        }


def test_same_samples_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        write(tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("damage", ["cut", "no outputs", "newer"])
def test_damaged_files_are_refused_in_one_line(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "three.h5"
    write(path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:3000])
    else:
        with h5py.File(path, "a") as file:
            if damage == "newer":
                file.attrs["version"] = 99
            else:
                del file["outputs"]
    with pytest.raises(InputError, match="version 99" if damage == "newer" else "damaged") as caught:
        open_ours(path)
    assert "\n" not in str(caught.value)
