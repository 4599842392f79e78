"""Conversion: there and back is the same content, bit for bit; The Well is written as its readers expect."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from published_files import LAYOUTS, pdebench_advection, two_darcy, values

from sciml._errors import InputError
from sciml.datasets.convert import convert
from sciml.datasets.dataset import DataSet, StoredField
from sciml.datasets.formats.well import recognises
from sciml.datasets.formats.well_write import to_well, write_well
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.navier_stokes import NavierStokes
from sciml.datasets.generate.poisson import Poisson
from sciml.datasets.open import open_dataset
from sciml.mesh import Boundary, Grid

TARGETS = ("a.npz", "a.hdf5", "folder")


def everything(path: Path) -> dict[str, object]:
    """All that can be read from an HDF5 file: names, attributes, types, chunks and values."""
    found: dict[str, object] = {}

    def note(key: str, item: h5py.Group | h5py.Dataset) -> None:
        found[key] = {name: str(value) for name, value in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            found[f"{key}:"] = item.dtype, item.shape, item.chunks, item.fletcher32, item[()].tobytes()

    with h5py.File(path) as file:
        note("", file)
        file.visititems(note)
    return found


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["poisson", "navier-stokes"])
def test_there_and_back(name: str, target: str, tmp_path: Path) -> None:
    recipe = {"poisson": Poisson(), "navier-stokes": NavierStokes(frames=3, history=2)}[name]
    generate(Order(name, recipe, samples=11, resolution=8, seed=3), tmp_path / "a.h5")
    convert(tmp_path / "a.h5", tmp_path / target)
    convert(tmp_path / target, tmp_path / "b.h5")
    before, after = (everything(tmp_path / name) for name in ("a.h5", "b.h5"))
    assert before == after
    assert any("samples/residual" in key for key in before)


@pytest.mark.parametrize("target", ["a.h5", *TARGETS])
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if "darcy v" not in name])
def test_published_files(layout: str, target: str, tmp_path: Path) -> None:
    """Everything is kept, in the dtype it is read in; only The Well has no place for a die beside a block."""
    given = LAYOUTS[layout](tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    if layout == "plasticity" and target in ("a.hdf5", "folder"):
        with pytest.raises(InputError, match="axis of time"):
            convert(given.paths, out / target)
        assert not list(out.iterdir())
        return
    convert(given.paths, out / target)
    with open_dataset(given.paths) as source, open_dataset(out / target) as data:
        assert (data.name, data.protocol, len(data)) == (source.name, source.protocol, len(source))
        assert {part: samples.tolist() for part, samples in data.split.items()} == given.split
        for side in ("inputs", "outputs"):
            for name, expected in getattr(given, side).items():
                found = getattr(data, side)[name][:]
                assert found.dtype == expected.dtype
                np.testing.assert_array_equal(found, expected)
        assert (data.grid is None) == (source.grid is None)


def test_protocol_is_kept(tmp_path: Path) -> None:
    convert(pdebench_advection(tmp_path, count=20).paths, tmp_path / "a.h5", protocol="nsl")
    with open_dataset(tmp_path / "a.h5") as data:
        assert data.protocol.startswith("nsl pdebench: train samples [:90%], test samples [90%:]")
        assert (data.indices("train").tolist(), data.indices("test").tolist()) == (list(range(18)), [18, 19])
    with open_dataset(tmp_path / "a.h5", "nsl") as again:
        assert again.protocol == data.protocol
    with pytest.raises(InputError, match="'pdebench' is asked for"):
        open_dataset(tmp_path / "a.h5", "pdebench")


def flow(count: int = 3, frames: int = 4) -> DataSet:
    shapes = {"velocity_x": 0, "velocity_y": 1, "pressure": 2}
    inputs = {name: StoredField(values(count, frames, 5, 4, seed=k)) for name, k in shapes.items()}
    outputs = {name: StoredField(values(count, 2, 5, 4, seed=k + 10)) for name, k in shapes.items()}
    inputs["depth"] = StoredField(values(count, 5, 4))
    inputs["speed"] = StoredField(values(count))
    walls = {"x": Boundary("periodic"), "y-": Boundary("dirichlet"), "y+": Boundary("neumann")}
    split = {"train": np.arange(2), "test": np.array([2])}
    return DataSet("flow", inputs, outputs, grid=Grid((5, 4), boundary=walls), split=split)


def test_the_well_as_its_readers_expect(tmp_path: Path) -> None:
    to_well(flow(), tmp_path / "flow")
    data = tmp_path / "flow" / "data"
    assert sorted(path.relative_to(data).as_posix() for path in data.rglob("*.hdf5")) == [
        "test/flow.hdf5", "train/flow.hdf5",
    ]
    source = flow()
    with h5py.File(data / "train" / "flow.hdf5") as file:
        assert file.attrs["n_trajectories"] == 2
        assert list(file["t1_fields"]) == ["velocity"]
        velocity = file["t1_fields/velocity"]
        assert velocity.shape == (2, 6, 5, 4, 2)
        for k, axis in enumerate("xy"):
            name = f"velocity_{axis}"
            whole = np.concatenate([source.inputs[name][:2], source.outputs[name][:2]], axis=1)
            np.testing.assert_array_equal(velocity[..., k], whole)
        assert (velocity.attrs["sample_varying"], velocity.attrs["time_varying"]) == (True, True)
        assert not file["t0_fields/depth"].attrs["time_varying"]
        assert file["t0_fields/depth"].shape == (2, 5, 4)
        assert file["scalars/speed"].shape == (2,)
        assert file["dimensions/time"].shape == (6,)
        np.testing.assert_allclose(file["dimensions/y"][:], [0.125, 0.375, 0.625, 0.875])
        walls = {name: group.attrs["bc_type"] for name, group in file["boundary_conditions"].items()}
        assert walls == {"x_periodic": "PERIODIC", "y_low": "WALL", "y_high": "OPEN"}
        assert file["boundary_conditions/y_high/mask"][:].tolist() == [False, False, False, True]


def test_statistics_of_the_well(tmp_path: Path) -> None:
    """Of the training samples only, one number a component."""
    to_well(flow(), tmp_path / "flow")
    lines = dict(line.split(": ", 1) for line in (tmp_path / "flow" / "stats.yaml").read_text().splitlines())
    stats = {key: json.loads(text) for key, text in lines.items()}
    source = flow()
    whole = [np.concatenate([source.inputs[n][:2], source.outputs[n][:2]], axis=1).astype(float)
             for n in ("velocity_x", "velocity_y")]
    assert stats["mean"]["velocity"] == pytest.approx([one.mean() for one in whole])
    assert stats["std"]["velocity"] == pytest.approx([one.std() for one in whole])
    steps = [np.diff(one, axis=1) for one in whole]
    assert stats["rms_delta"]["velocity"] == pytest.approx([np.sqrt((one**2).mean()) for one in steps])
    assert stats["std"]["depth"] == pytest.approx(source.inputs["depth"][:2].std(dtype=float))


def test_a_file_without_our_note_reads_as_any_other(tmp_path: Path) -> None:
    write_well(flow(), tmp_path / "flow.hdf5")
    with h5py.File(tmp_path / "flow.hdf5", "a") as file:
        del file.attrs["sciml"]
    assert recognises(tmp_path / "flow.hdf5")
    source = flow()
    with open_dataset(tmp_path / "flow.hdf5") as data:
        np.testing.assert_array_equal(data.outputs["velocity_y"][:], source.outputs["velocity_y"][:])
        assert data.inputs["velocity_y"].shape == (3, 4, 5, 4)
        assert data.grid is not None
        assert {side: one.kind for side, one in data.grid.boundary.items()} == {
            "x-": "periodic", "x+": "periodic", "y-": "dirichlet", "y+": "neumann",
        }


def test_what_cannot_be_written(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=values(3, 4), y=values(3, 4))
    for target, said in (("a.csv", r"suffix '\.csv'"), ("there", "is a folder that exists")):
        (tmp_path / "there").mkdir(exist_ok=True)
        with pytest.raises(InputError, match=said):
            convert(tmp_path / "a.npz", tmp_path / target)
    uneven = DataSet(
        "uneven", {"a": StoredField(values(2, 3, 4, 4)), "b": StoredField(values(2, 5, 4, 4))},
        {"c": StoredField(values(2, 4, 4))}, grid=Grid((4, 4)),
    )
    with pytest.raises(InputError, match="number of frames"):
        write_well(uneven, tmp_path / "a.hdf5")


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    paths = two_darcy(tmp_path).paths
    data = (tmp_path / "smooth1.mat").read_bytes()
    (tmp_path / "smooth1.mat").write_bytes(data[: len(data) // 2])
    for target in ("a.h5", *TARGETS):
        with pytest.raises(InputError):
            convert(paths, tmp_path / "out" / target)
        assert not (tmp_path / "out").exists()
