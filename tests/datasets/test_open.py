"""Files that others publish: what is read is what was stored, in parts, in any process, whatever the layout."""

import pickle
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest
from published_files import LAYOUTS, MAT_WRITERS, darcy_arrays, mat5, mat73, values
from scipy.io import savemat

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.open import open_dataset

WANTED = (
    1, -1, slice(None), slice(1, 3), slice(None, None, 2), slice(2, 0, -1), np.array([2, 0, 2, 1]), np.array([], int),
)


def check_field(field: Field, expected: np.ndarray) -> None:
    assert field.shape == expected.shape
    assert field.dtype == expected.dtype
    for chosen in WANTED:
        found = field[chosen]  # type: ignore[index]
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected[chosen])
    for outside in (len(expected), np.array([0, len(expected)]), np.array([-len(expected) - 1])):
        with pytest.raises(IndexError):
            field[outside]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_round_trip(layout: str, tmp_path: Path) -> None:
    given = LAYOUTS[layout](tmp_path)
    with open_dataset(given.paths) as data:
        assert sorted(data.inputs) == sorted(given.inputs)
        assert sorted(data.outputs) == sorted(given.outputs)
        for fields, arrays in ((data.inputs, given.inputs), (data.outputs, given.outputs)):
            for name, expected in arrays.items():
                check_field(fields[name], expected)
        assert {part: samples.tolist() for part, samples in data.split.items()} == given.split
        assert data.protocol == "as stored"
        twin = pickle.loads(pickle.dumps(data))  # as a worker gets it
        name, expected = next(iter(given.outputs.items()))
        with twin:
            np.testing.assert_array_equal(twin.outputs[name][0], expected[0])
        np.testing.assert_array_equal(data.outputs[name][0], expected[0])


@pytest.mark.parametrize("packed", [False, True])
def test_matlab_files_of_scipy(packed: bool, tmp_path: Path) -> None:
    arrays = darcy_arrays()
    savemat(tmp_path / "a.mat", arrays | {"note": "text", "cell": {"b": 1.0}}, do_compression=packed)
    with open_dataset(tmp_path / "a.mat") as data:
        np.testing.assert_array_equal(data.inputs["coefficient"][:], arrays["coeff"])


@pytest.mark.parametrize("protocol", [None, "fno"])
def test_same_content_in_all_formats(protocol: str | None, tmp_path: Path) -> None:
    """One Darcy set in every version of MATLAB's files; points and samples of a protocol included."""
    halves = [{"coeff": values(1000, 6, 6), "sol": values(1000, 6, 6, seed=1)}, {"coeff": values(100, 6, 6, seed=2),
              "sol": values(100, 6, 6, seed=3)}]
    step = 5 if protocol else 1
    for version, write in MAT_WRITERS.items():
        paths = [tmp_path / f"{version}-{k}.mat" for k in (1, 2)]
        for path, half in zip(paths, halves, strict=True):
            write(path, half)
        with open_dataset(paths, protocol) as data:
            for name, field in {"coeff": data.inputs["coefficient"], "sol": data.outputs["solution"]}.items():
                whole = np.concatenate([half[name] for half in halves])[:, ::step, ::step]
                np.testing.assert_array_equal(field[:], whole)
            assert data.grid is not None
            assert data.grid.shape == whole.shape[1:]
            if protocol:
                assert (data.indices("train").tolist(), data.indices("test").tolist()) == (
                    list(range(1000)), list(range(1000, 1100)),
                )
                assert data.protocol.startswith("fno darcy: train samples [:1000] of file 1")


# Bytes a reader may hold beside twice the slice: blocks, headers, objects.
BESIDE = 200_000


def write_large(kind: str, folder: Path) -> tuple[Path, tuple[int, ...]]:
    """96 samples of 32 kB in two fields."""
    shape = (96, 64, 128)
    arrays = {"coeff": values(*shape), "sol": values(*shape, seed=1)}
    if kind in MAT_WRITERS:
        MAT_WRITERS[kind](folder / "a.mat", arrays)
        return folder / "a.mat", shape
    if kind.startswith("npz"):
        (np.savez_compressed if "packed" in kind else np.savez)(folder / "a.npz", x=arrays["coeff"], y=arrays["sol"])
        return folder / "a.npz", shape
    if kind == "npy":
        np.save(folder / "Helmholtz_inputs.npy", arrays["coeff"].transpose(1, 2, 0))
        np.save(folder / "Helmholtz_outputs.npy", arrays["sol"].transpose(1, 2, 0))
        return folder, shape
    import torch

    torch.save({"x": torch.from_numpy(arrays["coeff"]), "y": torch.from_numpy(arrays["sol"])}, folder / "a.pt")
    return folder / "a.pt", shape


@pytest.mark.parametrize("kind", [*MAT_WRITERS, "npy", "npz", "npz packed", "pt"])
def test_memory_is_at_most_twice_the_slice(kind: str, tmp_path: Path) -> None:
    path, shape = write_large(kind, tmp_path)
    open_dataset(path).closing.close()  # modules are loaded, and what must be inflated is
    sample = 4 * shape[1] * shape[2]
    for chosen in (slice(8, 40), np.arange(40)[::-1], np.random.default_rng(0).permutation(96)[:32]):
        tracemalloc.start()
        try:
            with open_dataset(path) as data:
                found = next(iter(data.outputs.values()))[chosen]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert found.nbytes == sample * len(found)
        assert peak <= 2 * found.nbytes + BESIDE


@pytest.mark.parametrize("kind", ["v5-packed", "npz packed"])
def test_inflating_holds_blocks_only(kind: str, tmp_path: Path) -> None:
    path, shape = write_large(kind, tmp_path)
    (tmp_path / "first").mkdir()
    for layout in ("darcy v5-packed", "npz packed"):
        open_dataset(LAYOUTS[layout](tmp_path / "first").paths).closing.close()  # modules are loaded
    tracemalloc.start()
    try:
        with open_dataset(path):
            peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.8 * np.prod(shape) * 4
    kept = sorted((tmp_path / f"{path.name}.cache").iterdir())
    assert len(kept) == 2
    with open_dataset(path):
        assert sorted((tmp_path / f"{path.name}.cache").iterdir()) == kept


def resident_peak() -> int:
    """Bytes, since the last reset."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the kernel does not count peaks for us")
@pytest.mark.parametrize("layout", ["A", "B", "well", "v7.3"])
def test_hdf5_stays_within_twice_the_slice(layout: str, tmp_path: Path) -> None:
    shape = (24, 12, 64, 256)  # 18.9 MB
    path = tmp_path / ("a.mat" if layout == "v7.3" else "2D_diff-react.h5")
    u = values(*shape)
    if layout == "v7.3":
        mat73(path, {"u": np.moveaxis(u, 1, -1)}, chunks=(1, 256, 64, 1))
    else:
        with h5py.File(path, "w") as file:
            if layout == "A":
                file.create_dataset("tensor", data=u, chunks=(1, 1, 64, 256))
            elif layout == "B":
                for k, one in enumerate(u):
                    file[f"{k:04d}/data"] = one[..., None]
            else:
                file.attrs.update({"n_spatial_dims": 2, "n_trajectories": 24})
                for name, count in (("time", 12), ("x", 64), ("y", 256)):
                    file[f"dimensions/{name}"] = np.arange(count)
                file["dimensions"].attrs["spatial_dims"] = ["x", "y"]
                file["t0_fields/u"] = u
                file["t0_fields/u"].attrs.update({"sample_varying": True, "time_varying": True})
    del u
    with open_dataset(path) as data:
        field = next(iter(data.inputs.values()))
        field[0]
        before = resident_peak_reset()
        found = field[np.arange(20)]
        assert resident_peak() - before <= 2 * found.nbytes + 4_000_000  # HDF5 keeps chunks and buffers of its own


def resident_peak_reset() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return resident_peak()


def test_what_is_known_of_the_grid(tmp_path: Path) -> None:
    for name, shape, location, kinds in (
        ("darcy v5", (5, 6), "node", ["dirichlet"]), ("navier-stokes v7.3", (5, 6), "node", ["periodic"]),
        ("pdebench darcy", (6, 6), "cell", ["dirichlet"]), ("pdebench advection", (8,), "cell", ["periodic"]),
    ):
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        with open_dataset(LAYOUTS[name](folder).paths) as data:
            grid = data.grid
            assert grid is not None
            assert (grid.shape, grid.location, grid.extent) == (shape, location, (1.0,) * len(shape))
            assert sorted({one.kind for one in grid.boundary.values()}) == kinds


def test_sides_of_the_well(tmp_path: Path) -> None:
    with open_dataset(LAYOUTS["well"](tmp_path).paths) as data:
        grid = data.grid
        assert grid is not None
        assert (grid.shape, grid.extent, grid.location) == ((5, 4), (1.0, 1.0), "cell")
        kinds = {side: one.kind for side, one in grid.boundary.items()}
        assert kinds == {"x-": "periodic", "x+": "periodic", "y-": "dirichlet", "y+": "neumann"}


def test_one_file_of_a_set_is_enough(tmp_path: Path) -> None:
    given = LAYOUTS["airfoil"](tmp_path)
    with open_dataset(tmp_path / "NACA_Cylinder_Q.npy") as data:
        np.testing.assert_array_equal(data.outputs["mach"][:], given.outputs["mach"])


def test_copies_go_to_temporary_files_where_folders_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mat5(tmp_path / "a.mat", darcy_arrays(), packed=True)
    (tmp_path / "a.mat.cache").write_text("in the way")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    with open_dataset(tmp_path / "a.mat") as data:
        np.testing.assert_array_equal(data.inputs["coefficient"][:], darcy_arrays()["coeff"])
        assert len(list((tmp_path / "tmp").iterdir())) == 2
    assert not list((tmp_path / "tmp").iterdir())


def test_a_data_set_of_sciml_opens_too(tmp_path: Path) -> None:
    from sciml.datasets.convert import convert

    convert(LAYOUTS["npz"](tmp_path).paths, tmp_path / "a.h5")
    with open_dataset(tmp_path / "a.h5") as data:
        assert isinstance(data, DataSet)
    with pytest.raises(InputError, match="the protocol 'as stored', and 'lsm' is asked for"):
        open_dataset(tmp_path / "a.h5", "lsm")
