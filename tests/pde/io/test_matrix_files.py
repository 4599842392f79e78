"""Matrices and right-hand sides from files: every form gives the same matrix, every damage one clear line."""

import gzip
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.io import mmwrite, savemat

from sciml._errors import InputError
from sciml.pde.io import read_system, read_vectors

Writer = Callable[[Path, Any, NDArray[np.float64]], None]


def example(n: int = 12) -> tuple[Any, NDArray[np.float64]]:
    """A symmetric matrix with entries that are not short decimals, and a right-hand side."""
    rng = np.random.default_rng(7)
    upper = sparse.triu(sparse.random_array((n, n), density=0.3, rng=rng), 1)
    A = sparse.csr_array(upper + upper.T + sparse.diags_array(rng.uniform(5, 6, n)))
    return A, rng.standard_normal(n)


def market(symmetry: str, packed: bool = False) -> Writer:
    def write(path: Path, A: Any, b: NDArray[np.float64]) -> None:
        text = io.BytesIO()
        mmwrite(text, A, symmetry=symmetry, precision=17)
        path.write_bytes(gzip.compress(text.getvalue()) if packed else text.getvalue())
        mmwrite(path.with_name(path.name.split(".")[0] + "_b.mtx"), b[:, None], precision=17)

    return write


def npz(form: str) -> Writer:
    return lambda path, A, b: sparse.save_npz(path, A.asformat(form))


def hdf5(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("stiffness")
        group.attrs["format"], group.attrs["shape"] = "csr", A.shape
        group["data"], group["indices"], group["indptr"] = A.data, A.indices, A.indptr
        file["b"] = b


def anndata(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    columns = A.tocsc()
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"], file.attrs["shape"] = "csc_matrix", A.shape
        file["data"], file["indices"], file["indptr"] = columns.data, columns.indices, columns.indptr


def matlab(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    savemat(path, {"A": A.tocsc(), "b": b})


def suitesparse(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    savemat(path, {"Problem": {"name": "HB/example", "A": A.tocsc(), "b": b[:, None]}})


def matlab73(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    columns = A.tocsc()
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group("A")
        group.attrs["MATLAB_sparse"] = np.uint64(A.shape[0])
        group["data"], group["ir"], group["jc"] = columns.data, columns.indices, columns.indptr
        file["b"] = b[None, :]
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(512))


def petsc(index: str) -> Writer:
    def write(path: Path, A: Any, b: NDArray[np.float64]) -> None:
        n = A.shape[0]
        with path.open("wb") as file:
            for part in ([1211216, n, n, A.nnz], np.diff(A.indptr), A.indices):
                file.write(np.asarray(part, index).tobytes())
            file.write(A.data.astype(">f8").tobytes())
            file.write(np.asarray([1211214, n], index).tobytes() + b.astype(">f8").tobytes())

    return write


def dense_petsc(path: Path, A: Any, b: NDArray[np.float64]) -> None:
    n = A.shape[0]
    path.write_bytes(np.array([1211216, n, n, -1], ">i4").tobytes() + A.toarray().astype(">f8").tobytes())


FORMS: dict[str, tuple[Writer, bool]] = {  # how it is written, and whether b comes along
    "general.mtx": (market("general"), True),
    "symmetric.mtx": (market("symmetric"), True),
    "packed.mtx.gz": (market("symmetric", packed=True), True),
    "csr.npz": (npz("csr"), False),
    "csc.npz": (npz("csc"), False),
    "coo.npz": (npz("coo"), False),
    "dia.npz": (npz("dia"), False),
    "bsr.npz": (npz("bsr"), False),
    "group.h5": (hdf5, True),
    "anndata.h5": (anndata, False),
    "plain.mat": (matlab, True),
    "problem.mat": (suitesparse, True),
    "new.mat": (matlab73, True),
    "small.petsc": (petsc(">i4"), True),
    "large.dat": (petsc(">i8"), True),
    "dense.bin": (dense_petsc, False),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_system(tmp_path: Path, name: str) -> None:
    A, b = example()
    write, with_b = FORMS[name]
    write(tmp_path / name, A, b)
    stored = read_system(tmp_path / name)
    assert np.array_equal(stored.A.toarray(), A.toarray())
    assert stored.A.dtype == np.float64
    if with_b:
        assert stored.b is not None
        assert np.array_equal(stored.b, b)
    else:
        assert stored.b is None


def test_patterns_and_skew_forms(tmp_path: Path) -> None:
    head = "%%MatrixMarket matrix coordinate"
    (tmp_path / "p.mtx").write_text(f"{head} pattern symmetric\n% a comment\n\n2 2 3\n1 1\n2 1\n2 2\n")
    assert read_system(tmp_path / "p.mtx").A.toarray().tolist() == [[1, 1], [1, 1]]
    (tmp_path / "s.mtx").write_text(f"{head} integer skew-symmetric\n2 2 1\n2 1 3\n")
    assert read_system(tmp_path / "s.mtx").A.toarray().tolist() == [[0, -3], [3, 0]]
    (tmp_path / "d.mtx").write_text("%%MatrixMarket matrix array real symmetric\n2 2\n2\n1\n4\n")
    assert read_system(tmp_path / "d.mtx").A.toarray().tolist() == [[2, 1], [1, 4]]


def test_one_of_several_matrices(tmp_path: Path) -> None:
    A, _ = example()
    file = tmp_path / "two.mat"
    savemat(file, {"K": A.tocsc(), "M": 2 * A.tocsc()})
    assert read_system(f"{file}:M").A.max() == 2 * A.max()
    with pytest.raises(InputError, match=r"several arrays \(K, M\)"):
        read_system(file)


def test_vectors_and_columns(tmp_path: Path) -> None:
    B = np.random.default_rng(0).standard_normal((5, 2))
    np.save(tmp_path / "B.npy", B)
    mmwrite(tmp_path / "B.mtx", B, precision=17)
    (tmp_path / "b.petsc").write_bytes(np.array([1211214, 5], ">i4").tobytes() + B[:, 0].astype(">f8").tobytes())
    mmwrite(tmp_path / "s.mtx", sparse.coo_array(B[:, :1]), precision=17)
    for name in ("B.npy", "B.mtx"):
        assert np.array_equal(read_vectors(tmp_path / name, 5), B.T)
    for name in ("b.petsc", "s.mtx"):
        assert np.array_equal(read_vectors(tmp_path / name, 5), B[:, 0])
    with pytest.raises(InputError, match=r"B\.npy has shape \(5, 2\); expected 4 values"):
        read_vectors(tmp_path / "B.npy", 4)


HEAD = "%%MatrixMarket matrix coordinate real general\n"


@pytest.mark.parametrize(("text", "message"), [
    ("", "starts with ''"),
    ("1 2 3\n", "starts with '1 2 3'"),
    ("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 0\n", "complex"),
    (HEAD + "2 3 2\n1 1 1\n2 2 1\n", "square"),
    (HEAD + "0 0 0\n", "at least one unknown"),
    (HEAD + "2 2 999999999999\n1 1 1\n", "truncated"),
    (HEAD + "999999999999 999999999999 1\n1 1 1\n", "999999999999 rows"),
    (HEAD + "2 2\n1 1 1\n", "line of sizes"),
    (HEAD + "2 2 3\n1 1 1\n2 2 1\n", "announces 3 entries and holds 2"),
    (HEAD + "2 2 2\n1 1 1\n2 2\n", "changed from 3 to 2 at row 2"),
    (HEAD + "2 2 2\n1 1 1\n3 2 1\n", "outside 1 to 2"),
    (HEAD + "2 2 2\n1 1 1\n2 2 nan\n", "1 entries that are not finite"),
    (HEAD + "3 3 3\n1 1 1\n3 3 1\n1 3 1\n", r"1 zero rows \(first: row 1"),
])  # fmt: skip
def test_bad_market_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "A.mtx").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_system(tmp_path / "A.mtx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "message"), [
    ("none.mtx", "does not exist"), ("A.mtz", "did you mean '.mtx'"), ("A.npz:b", "drop ':b'"), ("x.bin", "PETSc"),
])  # fmt: skip
def test_bad_names(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "x.bin").write_bytes(b"\0" * 40)
    with pytest.raises(InputError, match=message):
        read_system(tmp_path / name)


def mutated(original: bytes, cuts: list[tuple[str, int, int]]) -> bytes:
    """Bytes changed, cut off or doubled at places given as fractions of the length."""
    data = bytearray(original)
    for action, place, value in cuts:
        at = place * len(data) // 1000
        if action == "set" and data:
            data[min(at, len(data) - 1)] = value
        elif action == "cut":
            del data[at:]
        else:
            data[at:at] = bytes([value]) * 8
    return bytes(data)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["set", "set", "cut", "insert"]), st.integers(0, 999), st.integers(0, 255)),
    min_size=1, max_size=4,
)  # fmt: skip


def reading(path: Path) -> tuple[str, int]:
    """What a read says if it fails, and the most memory it took."""
    tracemalloc.start()
    try:
        A = read_system(path).A
        return "" if A.shape[0] == A.shape[1] > 0 else "no matrix\n", tracemalloc.get_traced_memory()[1]
    except InputError as error:
        return str(error), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def survive(path: Path, cuts: list[tuple[str, int, int]]) -> None:
    """Reading gives a matrix or one clear line, and takes no more than twice what the sound file needs."""
    A, b = example()
    FORMS[path.name][0](path, A, b)
    read_system(path)  # imports shall not count
    sound, need = reading(path)
    assert sound == ""
    path.write_bytes(mutated(path.read_bytes(), cuts))
    message, peak = reading(path)
    assert "\n" not in message
    assert peak < 2 * need + 100_000  # the texts of errors


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=ACTIONS)
def test_damaged_files_give_one_line(tmp_path: Path, name: str, cuts: list[tuple[str, int, int]]) -> None:
    survive(tmp_path / name, cuts)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=ACTIONS)
def test_many_damaged_files_give_one_line(tmp_path: Path, name: str, cuts: list[tuple[str, int, int]]) -> None:
    survive(tmp_path / name, cuts)


@pytest.mark.parametrize("changes", [
    {9: 0x08, 46: 0xFF},  # its name is UTF-8, which 0xFF never is
    {6: 0x40},  # it needs version 6.4 of zip
])
def test_entries_of_an_archive_that_cannot_be_listed(tmp_path: Path, changes: dict[int, int]) -> None:
    path = tmp_path / "A.npz"
    sparse.save_npz(path, sparse.eye_array(3, format="csr"))
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")  # the first one of the table of contents
    for place, value in changes.items():
        data[entry + place] = value
    path.write_bytes(data)
    with pytest.raises(InputError, match="not a readable"):
        read_system(path)


@pytest.mark.parametrize("chunks", [None, (1024,)])
def test_space_in_hdf5_that_was_never_written_is_refused_before_it_is_allocated(
    tmp_path: Path, chunks: tuple[int, ...] | None
) -> None:
    with h5py.File(tmp_path / "A.h5", "w") as file:
        group = file.create_group("A")
        group.attrs["shape"] = (2**30, 2**30)
        for part, count in (("data", 2**30), ("indices", 2**30), ("indptr", 2**30 + 1)):
            group.create_dataset(part, shape=(count,), dtype="f8" if part == "data" else "i8", chunks=chunks)
        file.create_dataset("b", shape=(2**30,), dtype="f8", chunks=chunks)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="announces 8589934592 bytes and holds 0"):
            read_system(tmp_path / "A.h5")
        with pytest.raises(InputError, match="announces 8589934592 bytes and holds 0"):
            read_vectors(f"{tmp_path / 'A.h5'}:b", 2**30)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
