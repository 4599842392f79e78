"""Array files: every format gives back what was stored, in any real dtype and memory order."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.io import savemat

from sciml._errors import InputError
from sciml.mesh import Grid
from sciml.mesh.io import ArrayFile, write_fields

DTYPES = ("f8", "f4", "f2", ">f8", ">i4", "i1", "u2", "i8", "u8", "?", "g")
REAL = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5))
)


def save_matlab_73(path: Path, values: np.ndarray) -> None:
    """What MATLAB's -v7.3 writes: an HDF5 file behind a text header of 512 bytes, axes reversed."""
    with h5py.File(path, "w", userblock_size=512) as file:
        file["a"] = np.asfortranarray(values).T
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")


def save(path: Path, values: np.ndarray) -> None:
    match path.name:
        case "a.npy":
            np.save(path, values)
        case "a.npz":
            np.savez_compressed(path, a=values)
        case "a.h5":
            with h5py.File(path, "w") as file:
                file["group/a"] = values
        case "a.mat":
            savemat(path, {"a": values})
        case _:
            save_matlab_73(path, values)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=REAL, column_major=st.booleans())
def test_round_trip(tmp_path: Path, name: str, values: np.ndarray, column_major: bool) -> None:
    save(tmp_path / name, np.asfortranarray(values) if column_major else values)
    file = ArrayFile(tmp_path / name)
    header, found = file.header(), file.read()
    assert header.shape == found.shape == values.shape
    assert header.dtype == found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "u8", "?"])
@pytest.mark.parametrize(("shape", "seen"), [((3, 4), (3, 4)), ((2, 3, 4), (2, 3, 4)), ((1, 5), (5,)), ((5, 1), (5,))])
@pytest.mark.parametrize("name", ["a.mat", "v73.mat"])
def test_matlab(tmp_path: Path, name: str, shape: tuple[int, ...], seen: tuple[int, ...], dtype: str) -> None:
    values = (np.arange(np.prod(shape)) % 2 if dtype == "?" else np.arange(np.prod(shape))).reshape(shape).astype(dtype)
    save(tmp_path / name, values)
    file = ArrayFile(tmp_path / name)
    assert file.header().shape == seen
    np.testing.assert_array_equal(file.read(), values.reshape(seen))


@pytest.mark.parametrize(("text", "path", "name"), [
    ("k.npy", "k.npy", None),
    ("k.npz:a", "k.npz", "a"),
    ("runs/k.H5:group/a", "runs/k.H5", "group/a"),
    ("C:k.mat:a", "C:k.mat", "a"),
    ("k.txt", "k.txt", None),
    (" k.npy ", "k.npy", None),
])  # fmt: skip
def test_what_looks_like_a_file(text: str, path: str, name: str | None) -> None:
    assert ArrayFile.parse(text, Path("in")) == ArrayFile(Path("in") / path, name)


@pytest.mark.parametrize("text", [
    "x", "1.5", "2.", "x*1.e5", "x+1.5", "1.e-3*y", "x/y", "sin(x)", "x : y", "", "x" * 5000, "\0",
])  # fmt: skip
def test_what_is_an_expression(text: str) -> None:
    assert ArrayFile.parse(text) is None


def test_an_existing_file_without_suffix_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert ArrayFile.parse("x", tmp_path) == ArrayFile(tmp_path / "x")


def test_pickles_are_not_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (tmp_path / "sprung").mkdir, ()

    np.save(tmp_path / "a.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "a.npz", a=np.array([Trap()], dtype=object), allow_pickle=True)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(InputError, match="real numbers"):
            ArrayFile(tmp_path / name).read()
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5", "a.mat", "v73.mat"])
def test_every_truncation_is_noticed(tmp_path: Path, name: str) -> None:
    """No prefix of a file may crash the reader; no prefix that lost data may be read."""
    save(tmp_path / name, np.arange(1.0, 41.0).reshape(8, 5))
    whole = (tmp_path / name).read_bytes()
    for length in [*range(0, len(whole), max(1, len(whole) // 60)), len(whole) - 1]:
        (tmp_path / name).write_bytes(whole[:length])
        try:
            found = ArrayFile(tmp_path / name).read()
        except InputError:
            continue
        np.testing.assert_array_equal(found, np.arange(1.0, 41.0).reshape(8, 5))
        assert name in ("a.mat", "v73.mat", "a.h5"), "trailing padding is all that may be missing"


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5", "a.mat", "v73.mat"])
def test_damaged_bytes_never_escape_as_other_errors(tmp_path: Path, name: str) -> None:
    save(tmp_path / name, np.arange(40.0).reshape(8, 5))
    whole = np.frombuffer((tmp_path / name).read_bytes(), np.uint8)
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = whole.copy()
        places = rng.integers(0, min(len(whole), 600), 4)
        damaged[places] = rng.integers(0, 256, 4)
        (tmp_path / name).write_bytes(damaged.tobytes())
        try:
            assert isinstance(ArrayFile(tmp_path / name).read(), np.ndarray)
        except InputError as error:
            assert str(error)  # noqa: PT017  either outcome is fine, any other exception is not


def test_a_header_that_promises_too_much_is_refused_before_allocating(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(4))
    honest = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(honest.replace(b"(4,), }           ", b"(99999999999999,)}"))
    with pytest.raises(InputError, match="announces 799999999999992 bytes"):
        ArrayFile(tmp_path / "a.npy").header()


@pytest.mark.parametrize("name", ["u.npy", "u.npz", "u.h5", "u.hdf5"])
def test_written_fields_are_read_back(tmp_path: Path, name: str) -> None:
    grid = Grid((3, 4), (1.0, 2.0), "node")
    u = np.random.default_rng(0).standard_normal(grid.shape)
    write_fields(tmp_path / name, grid, {"u": u, "flux": np.stack([u, -u])})
    which = "u" if name != "u.npy" else None
    np.testing.assert_array_equal(ArrayFile(tmp_path / name, which).read(), u)
    if "h" in name:
        np.testing.assert_array_equal(ArrayFile(tmp_path / name, "flux").read()[1], -u)


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"did you mean '.vti'"):
        write_fields(tmp_path / "u.vtu", Grid((2,)), {"u": np.zeros(2)})
