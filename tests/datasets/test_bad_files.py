"""Damaged, foreign, mixed and hostile files of samples are refused in one line, and nothing in them is ever run."""

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from published_files import (
    LAYOUTS,
    Published,
    airfoil,
    darcy_arrays,
    mat5,
    mat73,
    pdebench_advection,
    values,
    well_file,
)

from sciml._errors import InputError
from sciml.datasets.open import open_dataset

# One of each way to store values.
KINDS = (
    "darcy v5", "darcy v5-packed", "navier-stokes v7.3", "pipe", "tensors", "tensors of old torch", "pdebench darcy",
    "pdebench groups", "well", "npz", "npz packed",
)


def files_of(given: Published) -> list[Path]:
    return [file for path in given.paths for file in ([path] if path.is_file() else sorted(path.rglob("*.*")))
            if file.is_file()]


def read_all(paths: list[Path]) -> None:
    """Everything a user could ask for."""
    with open_dataset(paths) as data:
        for field in (*data.inputs.values(), *data.outputs.values()):
            field[:]


def refused_or_read(paths: list[Path]) -> bool:
    """Whether one clear line was said; anything else but success is an error of ours."""
    said = ""
    try:
        read_all(paths)
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    return bool(said)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.95])
def test_truncated(kind: str, share: float, tmp_path: Path) -> None:
    given = LAYOUTS[kind](tmp_path)
    file = files_of(given)[-1]
    data = file.read_bytes()
    file.write_bytes(data[: int(share * len(data))])
    assert refused_or_read(given.paths)


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes(kind: str, tmp_path: Path) -> None:
    """Whatever is flipped, a file is read or refused."""
    given = LAYOUTS[kind](tmp_path)
    file = files_of(given)[-1]
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, min(len(whole), 3000), 25).tolist():
        data = bytearray(whole)
        data[place] ^= int(rng.integers(1, 256))
        file.write_bytes(data)
        refused += refused_or_read(given.paths)
    file.write_bytes(whole)
    read_all(given.paths)
    assert refused > 0


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["pt", "old pt", "npy", "npz", "pickle"])
def test_no_pickle_is_executed(kind: str, tmp_path: Path) -> None:
    sign = tmp_path / "exploded"
    content = {"x": Bomb(sign), "y": np.ones(3)}
    file = tmp_path / f"Pipe_Q.{'npy' if kind == 'npy' else 'npz' if kind == 'npz' else 'pt'}"
    objects = np.array([Bomb(sign)], dtype=object)
    if kind in ("pt", "old pt"):
        import torch

        torch.save(content, file, _use_new_zipfile_serialization=kind == "pt")
    elif kind == "npy":
        for axis in "XY":
            np.save(tmp_path / f"Pipe_{axis}.npy", values(1, 2, 2))
        np.save(file, objects)
    elif kind == "npz":
        np.savez(file, inputs=objects, outputs=objects)
    else:
        file.write_bytes(pickle.dumps(content))
    with pytest.raises(InputError):
        read_all([file])
    assert not sign.exists()


def test_wrong_names_are_listed(tmp_path: Path) -> None:
    import torch

    arrays = {"coef": values(2, 3, 3), "solution": values(2, 3, 3)}
    mat5(tmp_path / "v5.mat", arrays)
    mat73(tmp_path / "v73.mat", arrays)
    np.savez(tmp_path / "a.npz", **arrays)
    torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, tmp_path / "a.pt")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.update(arrays)
    for name in ("v5.mat", "v73.mat", "a.npz", "a.pt", "a.h5"):
        with pytest.raises(InputError, match=r"coef, solution.*; expected"):
            open_dataset(tmp_path / name)


def test_shapes_that_do_not_fit(tmp_path: Path) -> None:
    mat5(tmp_path / "a.mat", {"coeff": values(3, 4, 4), "sol": values(3, 4, 5)})
    mat5(tmp_path / "b.mat", {"a": values(3, 4, 4), "u": values(3, 6, 4, 12)})
    mat5(tmp_path / "c.mat", {"u": values(3, 4, 4, 1)})
    mat5(tmp_path / "d.mat", {"coeff": values(3, 4, 4), "sol": values(0, 4, 4)})
    for name, said in (("a", "coeff has the shape"), ("b", "a has the shape"), ("c", "frames is 1"), ("d", "expected")):
        with pytest.raises(InputError, match=said):
            open_dataset(tmp_path / f"{name}.mat")


def test_transposed_sets(tmp_path: Path) -> None:
    airfoil(tmp_path)
    np.save(tmp_path / "NACA_Cylinder_Y.npy", values(7, 6, 5))
    with pytest.raises(InputError, match=r"NACA_Cylinder_Y\.npy \(7, 6, 5\).*one number of samples"):
        open_dataset(tmp_path)


def test_missing_and_mixed_sets(tmp_path: Path) -> None:
    airfoil(tmp_path)
    (tmp_path / "NACA_Cylinder_Y.npy").unlink()
    with pytest.raises(InputError, match=r"NACA_Cylinder_Y\.npy of the set is missing"):
        open_dataset(tmp_path)
    LAYOUTS["pipe"](tmp_path)
    with pytest.raises(InputError, match="several sets"):
        open_dataset(tmp_path)
    np.save(tmp_path / "mine.npy", values(3))
    with pytest.raises(InputError, match="no published set"):
        open_dataset(tmp_path / "mine.npy")


def test_mixed_files(tmp_path: Path) -> None:
    mat5(tmp_path / "a.mat", darcy_arrays())
    mat5(tmp_path / "b.mat", darcy_arrays(n=7))
    mat5(tmp_path / "c.mat", {"a": values(3, 4, 4), "u": values(3, 4, 4, 12)})
    np.savez(tmp_path / "a.npz", x=values(3, 4), y=values(3, 4))
    np.savez(tmp_path / "b.npz", inputs=values(3, 4), outputs=values(3, 4))
    for names, said in (
        ("a.mat b.mat", "expected files of one shape"), ("a.mat c.mat", "darcy and navier-stokes"),
        ("a.mat a.npz", "open them one by one"), ("a.npz b.npz", "other fields"),
    ):
        with pytest.raises(InputError, match=said):
            open_dataset([tmp_path / name for name in names.split()])


def test_nothing_is_left_of_a_file_that_fails(tmp_path: Path) -> None:
    """The first variable is inflated to the cache, the second is damaged."""
    path = tmp_path / "a.mat"
    mat5(path, darcy_arrays(), packed=True)
    data = bytearray(path.read_bytes())
    data[-20] ^= 255
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        open_dataset(path)
    assert list(tmp_path.iterdir()) == [path]


def test_different_equations_are_not_joined(tmp_path: Path) -> None:
    first = pdebench_advection(tmp_path).paths[0]
    second = first.rename(tmp_path / "1D_Advection_Sols_beta0.1.hdf5")
    pdebench_advection(tmp_path)
    with pytest.raises(InputError, match=r"beta.*0\.4.*beta.*0\.1|beta.*0\.1.*beta.*0\.4"):
        open_dataset([first, second])


def test_mixed_units(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.hdf5", "b.hdf5")]
    for path, unit in zip(paths, ("m/s", "km/h"), strict=True):
        well_file(path, 2, 0)
        with h5py.File(path, "a") as file:
            file["t1_fields/velocity"].attrs["units"] = unit
    with pytest.raises(InputError, match=r"values in 'km/h' and .* in 'm/s'"):
        open_dataset(paths)
    with h5py.File(paths[1], "a") as file:
        file["t1_fields/velocity"].attrs["units"] = "m/s"
    with open_dataset(paths) as data:
        assert len(data) == 4


def test_groups_of_other_shapes(tmp_path: Path) -> None:
    path = LAYOUTS["pdebench groups"](tmp_path).paths[0]
    with h5py.File(path, "a") as file:
        del file["0003/data"]
        file["0003/data"] = values(12, 6, 4, 2)
    with pytest.raises(InputError, match="0003"):
        open_dataset(path)
    with h5py.File(path, "a") as file:
        del file["0003/data"]
    with pytest.raises(InputError, match="0003 holds grid; expected data"):
        open_dataset(path)


def test_announced_and_never_written(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "1D_Burgers_Sols_Nu0.1.hdf5", "w") as file:
        file.create_dataset("tensor", (1000, 20, 100000), "f4", chunks=(1, 20, 100000))
    with pytest.raises(InputError, match="announces 8000000000 bytes and holds 0"):
        open_dataset(tmp_path / "1D_Burgers_Sols_Nu0.1.hdf5")


def test_incomplete_well(tmp_path: Path) -> None:
    well_file(tmp_path / "a.hdf5", 2, 0)
    with h5py.File(tmp_path / "a.hdf5", "a") as file:
        del file["dimensions/x"]
    with pytest.raises(InputError, match="not complete"):
        open_dataset(tmp_path / "a.hdf5")
    well_file(tmp_path / "b.hdf5", 2, 0)
    with h5py.File(tmp_path / "b.hdf5", "a") as file:
        file["t0_fields/depth"].attrs["sample_varying"] = True
    with pytest.raises(InputError, match="depth has the shape"):
        open_dataset(tmp_path / "b.hdf5")


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match="does not exist"):
        open_dataset(tmp_path / "a.mat")
    with pytest.raises(InputError, match="holds no samples"):
        open_dataset(tmp_path)
    with pytest.raises(InputError, match="no known format"):
        open_dataset(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="no file given"):
        open_dataset([])
