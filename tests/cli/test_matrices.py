"""``sciml solve A.mtx``: matrices and right-hand sides from files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy import sparse
from scipy.io import mmread, mmwrite, savemat

from sciml.mesh import Grid
from sciml.pde import poisson

Run = Callable[..., Any]


def write_matrix(folder: Path, A: Any, name: str = "A.mtx") -> Any:
    mmwrite(folder / name, A, precision=17)
    return A


def laplacian(shape: tuple[int, ...] = (12, 11)) -> Any:
    return poisson(Grid(shape)).A.tocsr()


@pytest.mark.parametrize("method", ["auto", "direct", "cg", "pcg", "amg", "gmres", "minres", "fcg"])
def test_the_residual_of_the_written_solution(run: Run, tmp_path: Path, method: str) -> None:
    A, b = write_matrix(tmp_path, laplacian()), np.random.default_rng(0).standard_normal(132)
    np.save(tmp_path / "b.npy", b)
    result = run("solve", "A.mtx", "--rhs", "b.npy", "--method", method, "--output", "x.npy", "--report", "-")
    report, x = json.loads(result.stdout), np.load(tmp_path / "x.npy")
    residual = np.linalg.norm(b - A @ x) / np.linalg.norm(b)
    assert report["residual"] == pytest.approx(residual, rel=0.01, abs=1e-13)
    assert residual <= 1e-8
    assert report["shape"] == [132]
    assert (report["unknowns"], report["nonzeros"], report["symmetric"]) == (132, A.nnz, True)
    assert report["balance"] is None


def test_where_the_right_hand_side_comes_from(run: Run, tmp_path: Path) -> None:
    write_matrix(tmp_path, laplacian())
    source = lambda: json.loads(run("solve", "A.mtx", "--report", "-").stdout)["right_hand_side"]  # noqa: E731
    assert source() == "ones"
    mmwrite(tmp_path / "A_b.mtx", np.ones((132, 1)))
    assert source() == "stored with the matrix"


def test_several_right_hand_sides(run: Run, tmp_path: Path) -> None:
    A, B = write_matrix(tmp_path, laplacian()), np.random.default_rng(0).standard_normal((132, 3))
    np.save(tmp_path / "B.npy", B)
    run("solve", "A.mtx", "--rhs", "B.npy", "--output", "x.h5", "--plot", "x.png")
    with h5py.File(tmp_path / "x.h5") as file:
        assert np.abs(A @ file["u"][()].T - B).max() < 1e-6
    assert (tmp_path / "x.png").stat().st_size > 1000


def test_not_symmetric(run: Run, tmp_path: Path) -> None:
    A = laplacian((30, 40)) + sparse.diags_array([np.full(1199, 50.0)], offsets=[1], shape=(1200, 1200))
    write_matrix(tmp_path, A)
    report = json.loads(run("solve", "A.mtx", "--report", "-").stdout)
    assert report["symmetric"] is False
    assert report["method"] in ("gmres", "direct")
    assert "symmetric" in run("solve", "A.mtx", "--method", "cg", code=2).stderr


@pytest.mark.parametrize("method", ["cg", "pcg", "fcg", "minres", "amg"])
def test_methods_for_symmetric_matrices_refuse_others(run: Run, tmp_path: Path, method: str) -> None:
    write_matrix(tmp_path, sparse.csr_array(np.array([[2.0, -1, 0], [0, 2, -1], [0, 0, 2]])))
    text = run("solve", "A.mtx", "--method", method, code=2).stderr
    assert text == f"sciml: method {method} needs a symmetric matrix; use gmres or direct for this one\n"


def test_auto_says_why_it_left_methods_for_definite_matrices(run: Run, tmp_path: Path) -> None:
    A = laplacian((15, 15, 15))
    n = A.shape[0]
    for change, method, reason in (
        (sparse.diags_array([np.full(n - 1, 0.01)], offsets=[1]), "gmres", "A is not symmetric"),
        (-0.9 * sparse.diags_array(A.diagonal()), "minres", "symmetric, not positive definite"),
    ):
        write_matrix(tmp_path, sparse.csr_array(A + change))
        np.save(tmp_path / "b.npy", (A + change) @ np.sin(np.arange(n)))
        report = json.loads(run("solve", "A.mtx", "--rhs", "b.npy", "--report", "-").stdout)
        assert (report["method"], report["converged"]) == (method, True)
        assert report["selected_because"].startswith(reason)


def test_singular_matrices(run: Run, tmp_path: Path) -> None:
    write_matrix(tmp_path, sparse.csr_array(np.array([[1.0, 2], [2, 4]])))
    np.save(tmp_path / "b.npy", np.array([3.0, 6]))
    solved = run("solve", "A.mtx", "--rhs", "b.npy", "--output", "x.npy")
    assert "going on with minres" in solved.stderr
    assert np.abs(np.load(tmp_path / "x.npy") @ [1, 2] - 3) < 1e-7
    assert "A is singular, and b lies outside of its range" in run("solve", "A.mtx", code=1).stderr
    ring = sparse.csr_array(np.array([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]]))
    write_matrix(tmp_path, ring)
    text = run("solve", "A.mtx", code=2).stderr
    assert "rows of the matrix sum to zero" in text
    assert "side" not in text, "a matrix has none"


@pytest.mark.parametrize("name", ["A.mat", "A.h5", "A.npz"])
def test_near_nullspace_of_the_file_reaches_amg(run: Run, tmp_path: Path, name: str) -> None:
    """Every aggregate then has one coarse unknown a vector."""
    A = laplacian((40, 40))
    x, y = np.meshgrid(np.linspace(0, 1, 40), np.linspace(0, 1, 40))
    write_system(tmp_path / name, A, np.stack([np.ones(1600), x.ravel(), y.ravel()], axis=1))
    write_matrix(tmp_path, A)
    reports = [
        json.loads(run("solve", file, "--method", "amg", "--report", "-", *more).stdout)
        for file, more in ((name, ()), ("A.mtx", ()), (name, ("--set", "amg.kind=ruge_stuben")))
    ]
    assert [report["near_nullspace"] for report in reports] == [3, 0, 3]
    assert all(report["converged"] for report in reports)
    with_vectors, without = (report["hierarchy"][1]["unknowns"] for report in reports[:2])
    assert with_vectors == 3 * without
    assert "near_nullspace=3 vectors" in run("solve", name, "--method", "amg", "--explain").stdout


def write_system(path: Path, A: Any, B: Any) -> None:
    if path.suffix == ".mat":
        savemat(path, {"A": A.tocsc(), "B": B})
    elif path.suffix == ".npz":
        np.savez(path, format=b"csr", shape=A.shape, data=A.data, indices=A.indices, indptr=A.indptr, near_nullspace=B)
    else:
        with h5py.File(path, "w") as file:
            group = file.create_group("A")
            group.attrs["format"], group.attrs["shape"] = "csr", A.shape
            for part in ("data", "indices", "indptr"):
                group[part] = getattr(A, part)
            group["near_nullspace"] = B


def test_floating_components(run: Run, tmp_path: Path) -> None:
    ring = sparse.csr_array(np.array([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]]))
    write_matrix(tmp_path, sparse.block_diag([ring, ring]))
    assert "--project" in run("solve", "A.mtx", code=2).stderr
    run("solve", "A.mtx", "--project", "--output", "x.npy")
    assert np.abs(np.load(tmp_path / "x.npy")).max() < 1e-12
    np.save(tmp_path / "b.npy", np.array([1.0, -1, 0, 2, 0, -2]))
    report = json.loads(run("solve", "A.mtx", "--rhs", "b.npy", "--report", "-").stdout)
    assert [component["cells"] for component in report["components"]] == [3, 3]


def test_a_problem_file(run: Run, tmp_path: Path) -> None:
    A = write_matrix(tmp_path, laplacian())
    np.savez(tmp_path / "b.npz", f=A @ np.ones(132))
    (tmp_path / "p.toml").write_text(
        'rhs = "b.npz:f"\n[matrix]\nfile = "A.mtx"\n[solver]\nmethod = "direct"\n[output]\nfield = "x.npy"\n'
    )
    run("solve", "p.toml")
    assert np.abs(np.load(tmp_path / "x.npy") - 1).max() < 1e-10


def test_explain_and_write_matrix(run: Run, tmp_path: Path) -> None:
    A = write_matrix(tmp_path, laplacian())
    text = run("solve", "A.mtx", "--explain").stdout
    assert f"sparse matrix, {A.nnz} entries, symmetric" in text
    assert "--rhs" not in text
    run("solve", "A.mtx", "--write-matrix", "again.mtx")
    assert abs(mmread(tmp_path / "again.mtx") - A).max() < 1e-9


@pytest.mark.parametrize(("args", "message"), [
    (("A.mtx", "--shape", "12,11"), "--shape is given for a matrix"),
    (("A.mtx", "--source", "2"), "use --rhs FILE"),
    (("A.mtx", "--bc", "neumann"), "--bc is given for a matrix"),
    (("A.mtx", "--device", "cuda"), "--device is given for a matrix"),
    (("A.mtx", "--method", "multigrid"), "multigrid"),
    (("A.mtx", "--rhs", "none.npy"), "none.npy does not exist"),
    (("A.mtx", "--rhs", "short.npy"), "expected 132 values"),
    (("A.mtx", "--x0", "x"), "a matrix has no coordinates"),
    (("A.mtx", "--output", "u.vti"), "suffix '.vti' is unknown"),
    (("wide.mtx",), "expected a square matrix"),
    (("zero.mtx",), "1 zero rows (first: row 2, counted from 0)"),
    (("none.mtx",), "none.mtx does not exist"),
    (("complex.mat",), "A holds complex128 entries; expected real numbers; solve [[Re A, -Im A]"),
    (("empty.mat",), "expected at least one unknown"),
    (("dense.mat",), "holds no sparse matrix; expected one, saved as sparse(A)"),
    (("huge.mtx",), "announces 4000000000000 entries and holds 1"),
    (("void.mtx",), "expected '%%MatrixMarket matrix"),
    (("A.mtx", "--rhs", "complex.npy"), "complex.npy holds complex128; expected real numbers"),
    (("A.mtx", "--rhs", "nan.npy"), "nan.npy has 132 values that are not finite"),
    (("--shape", "4", "--rhs", "short.npy"), "--rhs is given for a box"),
])  # fmt: skip
def test_bad_input(run: Run, tmp_path: Path, args: tuple[str, ...], message: str) -> None:
    write_matrix(tmp_path, laplacian())
    write_matrix(tmp_path, sparse.csr_array(np.ones((2, 3))), "wide.mtx")
    write_matrix(tmp_path, sparse.csr_array(np.diag([1.0, 1.0, 0.0, 1.0])), "zero.mtx")
    np.save(tmp_path / "short.npy", np.ones(4))
    np.save(tmp_path / "complex.npy", np.ones(132) * 1j)
    np.save(tmp_path / "nan.npy", np.full(132, np.nan))
    savemat(tmp_path / "complex.mat", {"A": sparse.csc_array(np.eye(3) * 1j)})
    savemat(tmp_path / "empty.mat", {"A": sparse.csc_array((4, 4))})
    savemat(tmp_path / "dense.mat", {"A": np.eye(3)})
    header = "%%MatrixMarket matrix coordinate real general\n"
    (tmp_path / "huge.mtx").write_text(f"{header}2000000000 2000000000 4000000000000\n1 1 1\n")
    (tmp_path / "void.mtx").write_text("")
    assert message in run("solve", *args, code=2).stderr
