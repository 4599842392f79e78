"""Bad input ends with code 2, one line that says what to do, and nothing written."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from scipy.io import savemat

Run = Callable[..., object]

BOX = ("solve", "--shape", "6,5")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Good and bad array files over a 6 x 5 box."""
    good = np.arange(1.0, 31.0).reshape(6, 5)
    bad = {
        "nan": np.where(good == 7, np.nan, good),
        "inf": np.where(good == 7, np.inf, good),
        "negative": good - 20,
        "zero": good - 1,
        "wide": np.ones((5, 6)),
        "flat": np.ones(30),
        "cube": np.ones((6, 5, 4)),
        "complex": good + 1j,
        "text": np.array([["a"] * 5] * 6),
        "closed": np.zeros((6, 5), bool),
        "grey": np.full((6, 5), 0.5),
        "empty": np.ones((0, 5)),
        "scalar": np.array(3.0),
        "no_sides": np.ones((0, 6, 5)),
        "good": good,
    }
    for name, values in bad.items():
        np.save(tmp_path / f"{name}.npy", values)
    np.save(tmp_path / "objects.npy", np.array([{}] * 30, dtype=object).reshape(6, 5), allow_pickle=True)
    np.save(tmp_path / "record.npy", np.zeros((6, 5), dtype=[("a", float)]))
    np.savez(tmp_path / "two.npz", a=good, b=good)
    np.savez(tmp_path / "none.npz")
    savemat(tmp_path / "two.mat", {"a": good, "b": good})
    savemat(tmp_path / "complex.mat", {"a": good + 1j})
    savemat(tmp_path / "cells.mat", {"a": np.array([[{}, {}]], dtype=object)})
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["a"], file["group/b"], file["names"] = good, good, "text"
    for name in ("good.npy", "two.npz", "two.mat", "two.h5"):
        data = (tmp_path / name).read_bytes()
        (tmp_path / f"cut_{name}").write_bytes(data[: len(data) // 2])
        (tmp_path / f"void_{name}").write_bytes(b"")
        (tmp_path / f"noise_{name}").write_bytes(bytes(range(256)) * 9)
    honest = (tmp_path / "good.npy").read_bytes()
    (tmp_path / "liar.npy").write_bytes(honest.replace(b"(6, 5), }    ", b"(99999, 5), }"))
    (tmp_path / "folder.npy").mkdir()
    return tmp_path


FIELD = {
    "nan.npy": "finite", "inf.npy": "finite", "wide.npy": "shape", "flat.npy": "shape", "cube.npy": "shape",
    "complex.npy": "real numbers", "text.npy": "real numbers", "objects.npy": "real numbers",
    "record.npy": "real numbers", "empty.npy": "shape", "missing.npy": "does not exist", "folder.npy": "not a file",
    "good.npy:a": "unnamed", "two.npz": "several arrays (a, b)", "two.npz:c": "no array 'c'", "none.npz": "no array",
    "two.mat": "several arrays", "two.mat:c": "no array 'c'", "complex.mat": "real numbers", "cells.mat": "no array",
    "two.h5": "several arrays", "two.h5:group": "no array 'group'", "two.h5:names": "real numbers",
    "cut_good.npy": "truncated", "cut_two.npz:a": ".npz", "cut_two.mat:a": "damaged", "cut_two.h5:a": "damaged",
    "void_good.npy": ".npy", "void_two.npz": ".npz", "void_two.mat": "damaged", "void_two.h5": "damaged",
    "noise_good.npy": ".npy", "noise_two.npz": ".npz", "noise_two.mat": "damaged", "noise_two.h5": "damaged",
    "liar.npy": "truncated", "good.txt": "suffix '.txt'", "good.np": "did you mean '.npy'", "no/such.npy": "exist",
    "x +": "syntax error", "x + w": "'w' is not allowed", "__import__('os')": "not allowed", "x.real": "suffix",
    "z": "'z' is not allowed", "foo(x)": "function 'foo'", "nan": "finite", "inf": "finite", "": "text",
    "1/0*x": "finite", "-" * 60 + "x": "nested", "x" * 3000: "characters",
}


@pytest.mark.parametrize("option", ["--coefficient", "--source"])
@pytest.mark.parametrize(("given", "says"), FIELD.items())
def test_field(run: Run, files: Path, option: str, given: str, says: str) -> None:
    assert says in run(*BOX, option, given, "--output", "u.npy", code=2).stderr


@pytest.mark.parametrize(("option", "given", "says"), [
    ("--coefficient", "negative.npy", "positive"),
    ("--coefficient", "zero.npy", "positive"),
    ("--coefficient", "x-0.5", "positive"),
    ("--coefficient", "0", "positive"),
    ("--coefficient", "-1", "positive"),
    ("--coefficient", "1;1;1", "coefficient has 3 entries"),
    ("--coefficient", "no_sides.npy", "has shape (0, 6, 5)"),
    ("--source", "no_sides.npy", "has shape (0, 6, 5)"),
    ("--mask", "closed.npy", "no active cell"),
    ("--mask", "0", "no active cell"),
    ("--mask", "x > 2", "no active cell"),
    ("--mask", "grey.npy", "other than 0 and 1"),
    ("--mask", "nan.npy", "other than 0 and 1"),
    ("--mask", "wide.npy", "shape"),
    ("--fixed", "grey.npy", "other than 0 and 1"),
    ("--fixed", "wide.npy", "shape"),
    ("--shift", "-1", "shift"),
    ("--shift", "nan.npy", "shift"),
    ("--x0", "nan.npy", "finite"),
    ("--x0", "wide.npy", "shape"),
    ("--x0", "no_sides.npy", "has shape (0, 6, 5)"),
    ("--shape", "6,0", "whole number >= 1"),
    ("--shape", "6,-5", "whole number >= 1"),
    ("--shape", "6.5,5", "expected a whole number"),
    ("--shape", "6,5,", "expected a whole number"),
    ("--shape", "a", "expected a whole number"),
    ("--shape", "2,2,2,2", "1 to 3"),
    ("--shape", "9" * 30, "whole number"),
    ("--shape", "99999,99999,99999", "memory"),
    ("--extent", "1,0", "positive"),
    ("--extent", "1,nan", "finite"),
    ("--extent", "1,2,3", "extent"),
    ("--location", "cells", "did you mean 'cell'"),
    ("--bc", "dirichlett", "did you mean 'dirichlet'"),
    ("--bc", "w-=dirichlet", "side 'w-' is unknown"),
    ("--bc", "z-=dirichlet", "side 'z-' is unknown"),
    ("--bc", "x-=dirichlet:1,2", "2 values"),
    ("--bc", "x-=robin", "robin:H,g"),
    ("--bc", "x-=robin:-1,2", ">= 0"),
    ("--bc", "x-=robin:y-2,2", ""),
    ("--bc", "x-=periodic:1", "1 values"),
    ("--bc", "x-=periodic;x+=dirichlet", "periodic"),
    ("--bc", "x-=dirichlet:nan", "finite"),
    ("--bc", "x-=dirichlet:1/(y-y)", "finite"),
    ("--bc", "x-=dirichlet:q", "'q' is not allowed"),
    ("--bc", "x-=dirichlet:'y", "not closed"),
    ("--bc", "", "text"),
    ("--bc", "neumann:1", "project"),
    ("--method", "multigird", "did you mean 'multigrid'"),
    ("--method", "", "method"),
    ("--set", "pcg.preconditoner=jacobi", "did you mean 'preconditioner'"),
    ("--set", "pgc.preconditioner=jacobi", "did you mean 'pcg'"),
    ("--set", "preconditioner=jacobi", "method.key=value"),
    ("--set", "pcg.patience=long", "whole number"),
    ("--set", "auto.cycle=W", "auto has no options of its own"),
    ("--set", "gmres.restart=0", "gmres.restart is 0; expected a whole number >= 1"),
    ("--coefficient", "1 + sin(y, x)", "sin takes 1 argument, 2 given"),
    ("--coefficient", "max(1, 2, x)", "max takes 2 arguments, 3 given"),
    ("--coefficient", "where(x > 0, 1)", "where takes 3 arguments, 2 given"),
    ("--coefficient", "exp(*x)", "1 argument"),
    ("--coefficient", "1 + x^2", "write a power as x**2"),
    ("--coefficient", "1 + sin", "'sin' is a function; write sin(...)"),
    ("--rtol", "-1", ">= 0"),
    ("--rtol", "0", "rtol and atol"),
    ("--rtol", "nan", "finite"),
    ("--rtol", "small", "finite number"),
    ("--atol", "-1", ">= 0"),
    ("--maxiter", "0", ">= 1"),
    ("--maxiter", "1.5", "whole number"),
    ("--threads", "0", ">= 1"),
    ("--dtype", "float16", "float32"),
    ("--device", "cudo", "did you mean 'cuda'"),
    ("--output", "u.vtk", "did you mean '.vti'"),
    ("--output", "u", "suffix"),
    ("--output", "no/u.npy", "does not exist"),
    ("--output", "folder.npy", "is a folder"),
    ("--report", "r.jsn", "did you mean '.json'"),
    ("--report", "no/r.json", "does not exist"),
    ("--plot", "p.gif", "suffix '.gif'"),
    ("--write-matrix", "A.txt", ".mtx"),
    ("--shap", "5", "--shape"),
])  # fmt: skip
def test_option(run: Run, files: Path, option: str, given: str, says: str) -> None:
    assert says in run(*BOX, option, given, code=2).stderr


@pytest.mark.parametrize(("args", "says"), [
    (("solve",), "no shape given"),
    (("solve", "--coefficient", "good.npy", "--shape", "5,6"), "expected (5, 6)"),
    (("solve", "--coefficient", "scalar.npy"), "shape ()"),
    (("solve", "missing.toml"), "cannot be read"),
    (("solve", "A.mtx"), "does not exist"),
    (("solve", "sink.tmol"), "did you mean '.toml'"),
    (("solve", "--shape", "1,4", "--location", "node"), "at least 2 nodes"),
    (("solve", "--shape"), "requires an argument"),
    (("slove",), "did you mean 'solve'"),
    (("--nothing",), "--nothing"),
    (("solve", "a.toml", "b.toml"), "unexpected extra argument"),
])  # fmt: skip
def test_arguments(run: Run, files: Path, args: tuple[str, ...], says: str) -> None:
    assert says in run(*args, code=2).stderr


def test_method_without_a_device(run: Run) -> None:
    says = "method fft runs on the CPU and device cuda was asked for; use multigrid, dcdm, fmg, cg"
    assert says in run(*BOX, "--device", "cuda", "--method", "fft", code=2).stderr


def test_no_cupy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    says = run(*BOX, "--device", "cuda", code=2).stderr
    assert "cupy is needed here" in says
    assert "pip install 'sciml-kit[cuda13]'" in says


def test_no_device(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """CuPy without a driver."""
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False)))
    assert "there is no CUDA device (or no driver); use device cpu" in run(*BOX, "--device", "cuda", code=2).stderr


def test_a_shift_names_its_bound(run: Run) -> None:
    assert "expected a finite number >= 0" in run(*BOX, "--shift", "-1", code=2).stderr


@pytest.mark.parametrize("size", ["1e300", "1e-200"])
def test_units_whose_squares_leave_the_range(run: Run, size: str) -> None:
    assert "squares leave the range" in run(*BOX, "--source", size, code=2).stderr
    assert "squares leave the range" in run("solve", "--shape", "5", "--extent", size, code=2).stderr


def test_incompatible_source_is_accepted_with_project(run: Run) -> None:
    run(*BOX, "--bc", "neumann:1", code=2)
    run(*BOX, "--bc", "neumann:1", "--project")


def test_not_enough_memory_is_seen_before_allocating(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sciml._memory.memory_limit", lambda: 200_000_000)
    message = run("solve", "--shape", "300,300,300", code=2).stderr
    assert "memory" in message
    assert "190.7 MiB are usable" in message


@pytest.mark.parametrize("bc", ["robin:", "x-=robin:,3", "dirichlet:", "robin:1,"])
def test_empty_boundary_values_are_named(run: Run, bc: str) -> None:
    result = run(*BOX, "--bc", bc, code=2)
    assert "has an empty value; expected " in result.stderr
    assert repr(bc.rpartition("=")[2]) in result.stderr


@pytest.mark.parametrize("options", [
    ("--method", "fft", "--coefficient", "1+x*y"),
    ("--method", "fmg", "--coefficient", "1+x*y"),
    ("--method", "fmg", "--shape", "17,17"),
    ("--method", "multigrid", "--shape", "17,16", "--bc", "x=periodic", "--set", "multigrid.smoother=sor"),
])
def test_explain_refuses_what_the_method_does_not_take(run: Run, options: tuple[str, ...]) -> None:
    """The line is the one of the run."""
    problem = ("solve", "--shape", "16,16", *options)
    assert run(*problem, "--explain", code=2).stderr == run(*problem, code=2).stderr
