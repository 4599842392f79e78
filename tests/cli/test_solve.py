"""The command ``sciml solve``: what it writes, prints and returns."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from sciml.mesh import Boundary, Grid
from sciml.pde import flux, poisson
from sciml.solvers import SOLVERS, solve

Run = Callable[..., Any]

CONTRACT = {
    "method": str, "selected_because": str, "unknowns": int, "shape": list, "dtype": str, "device": str, "threads": int,
    "iterations": int, "converged": bool, "status": str, "rtol": float, "residual": float, "history": list,
    "components": list, "setup_seconds": float, "solve_seconds": float, "compile_seconds": float, "io_seconds": float,
    "total_seconds": float, "peak_memory_bytes": int,
}


def report_of(result: Any) -> dict[str, Any]:
    report = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} in a report"))
    assert isinstance(report, dict)
    return report


def test_report_keys(run: Run) -> None:
    report = report_of(run("solve", "--shape", "9,8,7", "--report", "-"))
    assert {key: type(report.get(key)) for key in CONTRACT} == CONTRACT
    assert report["shape"] == [9, 8, 7]
    assert report["unknowns"] == 504
    assert report["history"][0] == 1.0
    assert len(report["history"]) == report["iterations"] + 1
    assert report["converged"]
    assert report["status"] == "converged"
    assert report["residual"] <= report["rtol"] == 1e-8
    assert report["method"] in SOLVERS
    assert report["peak_memory_bytes"] > 1e7
    parts = sum(report[f"{name}_seconds"] for name in ("setup", "solve", "compile", "io"))
    assert 0 <= parts <= report["total_seconds"]


def test_balance_closes(run: Run) -> None:
    balance = report_of(run(
        "solve", "--shape", "12,9", "--bc", "x-=dirichlet:3;x+=robin:2,1;y-=neumann:0.5;y+=neumann", "--report", "-",
    ))["balance"]  # fmt: skip
    assert sum(balance[name] for name in ("x-", "x+", "y-", "y+", "source")) == pytest.approx(0, abs=1e-12)
    assert balance["source"] == pytest.approx(1.0)
    assert balance["y-"] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["u.npy", "u.npz", "u.h5"])
def test_output_equals_the_library(run: Run, tmp_path: Path, name: str) -> None:
    run("solve", "--shape", "7,5", "--extent", "1,2", "--coefficient", "1+x", "--source", "y", "--output", name)
    system = poisson(Grid((7, 5), (1.0, 2.0)), "1+x", "y")
    expected = solve(system.A, system.b).x
    if name.endswith("h5"):
        with h5py.File(tmp_path / name) as file:
            found = file["u"][()]
            q = file["flux"][()]
            assert file.attrs["location"] == "cell"
        x_faces, y_faces = flux(system, expected)
        np.testing.assert_allclose(q[0], 0.5 * (x_faces[1:] + x_faces[:-1]), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(q[1], 0.5 * (y_faces[:, 1:] + y_faces[:, :-1]), rtol=1e-12, atol=1e-14)
    else:
        found = np.load(tmp_path / name) if name.endswith("npy") else np.load(tmp_path / name)["u"]
    assert found.dtype == np.float64
    assert np.array_equal(found, expected)


def test_not_converged_still_writes(run: Run, tmp_path: Path) -> None:
    result = run(
        "solve", "--shape", "20,20", "--coefficient", "1+x", "--method", "cg", "--maxiter", "1", "--rtol", "1e-12",
        "--output", "u.npy", "--plot", "p.png", "--report", "r.json", "-q", code=1,
    )  # fmt: skip
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["converged"] is False
    assert report["status"] == "max_iterations"
    assert report["iterations"] == 1
    assert result.stderr.count("\n") == 1
    assert "not converged: cg ended with max_iterations" in result.stderr
    assert np.load(tmp_path / "u.npy").shape == (20, 20)
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_one_pass_says_what_its_error_is(run: Run) -> None:
    problem = ("solve", "--shape", "32,32", "--method", "fmg", "--set", "fmg.only=true", "-q")
    assert "discretisation error, here about" in run(*problem, code=1).stderr
    assert run(*problem, "--rtol", "1e-2").stderr == ""


@pytest.mark.parametrize("more", [(), ("--explain",)])
def test_floating_pockets_are_told_once(run: Run, more: tuple[str, ...]) -> None:
    """By the summary; the warning of the library stays away."""
    result = run("solve", "--shape", "9,9", "--bc", "y=neumann", "--mask", "(abs(x-0.5)>0.3) + (abs(x-0.5)<0.1)", *more)
    assert result.stdout.count("floating") == 1
    assert "compiling" in result.stderr or result.stderr == ""


def test_zero_source_gives_zero(run: Run, tmp_path: Path) -> None:
    report = report_of(run("solve", "--shape", "6,6", "--source", "0", "--output", "u.npy", "--report", "-"))
    assert report["residual"] == 0
    assert not np.load(tmp_path / "u.npy").any()


@pytest.mark.parametrize("location", ["cell", "node"])
def test_linear_solution_is_exact(run: Run, tmp_path: Path, location: str) -> None:
    """A linear field with the matching mix of conditions solves the discrete system exactly.

    On y- the condition -du/dy + 2 (u - g) = 0 with du/dy = -1 needs g = u + 1/2.
    """
    u = "1+2*x-y+3*z"
    run(
        "solve", "--shape", "6,5,4", "--extent", "2,1,1", "--location", location, "--source", "0",
        "--bc", f"dirichlet:{u};x+=neumann:2,y-=robin:2,'{u}+0.5'", "--bc", "z-=neumann:-3",
        "--rtol", "1e-12", "--output", "u.npy",
    )  # fmt: skip
    at = Grid((6, 5, 4), (2.0, 1.0, 1.0), location).coordinates()
    exact = 1 + 2 * at["x"] - at["y"] + 3 * at["z"]
    np.testing.assert_allclose(np.load(tmp_path / "u.npy"), exact, atol=1e-10)


def test_shape_from_a_file(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "k.npy", np.ones((4, 6)))
    assert report_of(run("solve", "--coefficient", "k.npy", "--report", "-"))["shape"] == [4, 6]


def test_several_right_hand_sides(run: Run, tmp_path: Path) -> None:
    sources = np.random.default_rng(0).standard_normal((3, 6, 5))
    np.save(tmp_path / "f.npy", sources)
    report = report_of(run("solve", "--shape", "6,5", "--source", "f.npy", "--output", "u.npy", "--report", "-"))
    assert report["right_hand_sides"] == 3
    u = np.load(tmp_path / "u.npy")
    for k in range(3):
        np.save(tmp_path / "f.npy", sources[k])
        run("solve", "--source", "f.npy", "--output", "one.npy", "-q")
        np.testing.assert_allclose(np.load(tmp_path / "one.npy"), u[k], rtol=1e-12, atol=1e-14)


def test_initial_guess_that_is_the_answer(run: Run, tmp_path: Path) -> None:
    problem = ("solve", "--shape", "8,8", "--location", "node", "--coefficient", "1+x*y", "--method", "pcg")
    run(*problem, "--rtol", "1e-12", "--output", "u.npy")
    again = report_of(run(*problem, "--x0", "u.npy", "--report", "-"))
    assert again["iterations"] == 0
    assert again["converged"]


def test_threads_agree(run: Run, tmp_path: Path) -> None:
    for n in "12":
        problem = ("solve", "--shape", "40,40,40", "--coefficient", "1+x", "--method", "pcg", "--rtol", "1e-11")
        report = report_of(run(*problem, "--threads", n, "--output", f"u{n}.npy", "--report", "-"))
        assert report["threads"] == int(n)
    one, two = np.load(tmp_path / "u1.npy"), np.load(tmp_path / "u2.npy")
    assert np.abs(one - two).max() <= 1e-12 * np.abs(one).max()


def test_set_reaches_the_solver(run: Run) -> None:
    """One Jacobi step is weaker than an incomplete factorisation, so it needs more iterations."""
    problem = ("solve", "--shape", "30,30", "--coefficient", "1+x", "--method", "pcg", "--report", "-")
    counts = [
        report_of(run(*problem, "--set", f"pcg.preconditioner={name}"))["iterations"] for name in ("jacobi", "mic0")
    ]
    assert counts[0] > counts[1]


def test_single_precision_goes_where_there_is_a_choice(run: Run) -> None:
    problem = ("solve", "--shape", "30,30", "--dtype", "float32", "--report", "-", "--rtol", "1e-9")
    fft = report_of(run(*problem, "--method", "fft"))
    assert fft["dtype"] == "float32"
    assert fft["iterations"] > 1, "one direct solve in single precision does not reach 1e-9"
    result = run(*problem, "--method", "direct")
    assert report_of(result)["dtype"] == "float64"
    assert "direct has no float32 variant" in result.stderr


def test_explain_writes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("solve", "--shape", "30,30,30", "--explain", "--output", "u.npy", "--report", "r.json")
    text = dict(re.split(r"  +", line, maxsplit=1) for line in result.stdout.splitlines())
    assert text["method"] == "fft"
    assert "transforms" in text["because"]
    assert "MiB" in text["memory"]
    assert list(tmp_path.iterdir()) == []


def test_verbose_prints_a_line_an_iteration(run: Run) -> None:
    problem = ("solve", "--shape", "20,20", "--coefficient", "1+x", "--method", "pcg")
    result = run(*problem, "-v", "--report", "-")
    lines = re.findall(r"^iteration +(\d+)  residual (\S+)", result.stderr, re.MULTILINE)
    report = report_of(result)
    assert [int(number) for number, _ in lines][-report["iterations"] :] == list(range(1, report["iterations"] + 1))
    assert float(lines[-1][1]) == pytest.approx(report["history"][-1], rel=0.5, abs=0)


def test_quiet_prints_nothing(run: Run) -> None:
    result = run("solve", "--shape", "9", "-q")
    assert result.output == ""


def test_summary(run: Run) -> None:
    text = run("solve", "--shape", "9,9", "--bc", "neumann", "--source", "x-0.5", "--output", "u.npy").stdout
    for part in ("9 x 9 cells, 81 unknowns", "converged after", "1 component with zero mean", "u.npy"):
        assert part in text


def test_summary_shows_the_balance(run: Run) -> None:
    text = run("solve", "--shape", "8,8", "--bc", "neumann;x-=dirichlet:0;x+=neumann:2").stdout
    assert re.search(r"in 3 \(x\+ 2, source 1\), out 3 \(x- 3\), defect \d", text)


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
@pytest.mark.parametrize("shape", ["9", "9,7", "5,4,3"])
def test_plot(run: Run, tmp_path: Path, shape: str, suffix: str) -> None:
    run("solve", "--shape", shape, "--mask", "x<0.8", "--plot", f"p.{suffix}")
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix]
    assert (tmp_path / f"p.{suffix}").read_bytes().startswith(start)


def test_help_names_every_method(run: Run) -> None:
    text = run("solve", "--help").stdout
    for method in ("auto", *SOLVERS):
        assert re.search(rf"\b{method}\b", text)


def test_boundary_objects_from_the_grammar() -> None:
    from sciml.cli._boundary import conditions_on, parse_conditions

    text = "dirichlet:1; x=periodic, y-=robin:2,'max(x, 3)'; y+=neumann:\"min(x,1)\""
    found = conditions_on(parse_conditions(text), 2)
    expected = {
        "x-": Boundary("periodic"), "x+": Boundary("periodic"),
        "y-": Boundary("robin", "max(x, 3)", 2.0), "y+": Boundary("neumann", "min(x,1)"),
    }  # fmt: skip
    assert {s: (b.kind, b.value, b.transfer) for s, b in found.items()} == {
        s: (b.kind, b.value, b.transfer) for s, b in expected.items()
    }


@pytest.mark.parametrize("held", ["x", "y", "2", "x + y"])
def test_fixed_values_by_expression(run: Run, tmp_path: Path, held: str) -> None:
    run("solve", "--shape", "5,4", "--fixed", "x < 0.5", "--fixed-value", held, "--output", "u.npy", "-q")
    grid = Grid((5, 4))
    inside = np.broadcast_to(grid.evaluate("x < 0.5"), grid.shape) > 0
    expected = np.broadcast_to(grid.evaluate(held), grid.shape)
    np.testing.assert_array_equal(np.load(tmp_path / "u.npy")[inside], expected[inside])


def test_suffixes_in_capitals(run: Run, tmp_path: Path) -> None:
    names = {"U.NPY", "U.NPZ", "U.H5", "U.HDF5", "U.VTI", "A.MTX", "P.PNG", "P.PDF", "P.SVG", "R.JSON"}
    option = {"MTX": "--write-matrix", "PNG": "--plot", "PDF": "--plot", "SVG": "--plot", "JSON": "--report"}
    for name in names:
        run("solve", "--shape", "4,3", option.get(name.split(".")[1], "--output"), name, "-q")
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.parametrize("shape", ["9", "9,7", "5,4,3"])
@pytest.mark.parametrize("method", ["cg", "direct", "fft"])
def test_overflow_is_a_failure_with_a_report(run: Run, tmp_path: Path, shape: str, method: str) -> None:
    problem = ("solve", "--shape", shape, "--source", "1e100", "--coefficient", "1e-250*(1+x)", "--method", method)
    run(*problem, "--plot", "p.png", "--report", "r.json", "--output", "u.vti", code=1)
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["converged"] is False
    assert report["status"] == "breakdown"
    assert report["residual"] is None


def test_vti_of_a_linear_solution_in_vtk(run: Run, tmp_path: Path) -> None:
    """VTK samples u = 1 + 2 x - y + 3 z and its flux -k grad u at the right places and axes."""
    pytest.importorskip("vtkmodules.vtkIOXML")
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader

    run(
        "solve", "--shape", "6,5,4", "--extent", "2,1,3", "--source", "0", "--coefficient", "2",
        "--bc", "dirichlet:1+2*x-y+3*z", "--rtol", "1e-12", "--output", "u.vti",
    )  # fmt: skip
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(tmp_path / "u.vti"))
    reader.Update()
    image = reader.GetOutput()
    assert image.GetBounds() == (0.0, 2.0, 0.0, 1.0, 0.0, 3.0)
    u, q = (image.GetCellData().GetArray(name) for name in ("u", "flux"))
    for cell in range(image.GetNumberOfCells()):
        bounds = image.GetCell(cell).GetBounds()
        x, y, z = (0.5 * (bounds[2 * axis] + bounds[2 * axis + 1]) for axis in range(3))
        assert u.GetValue(cell) == pytest.approx(1 + 2 * x - y + 3 * z, abs=1e-10)
        assert q.GetTuple(cell) == pytest.approx((-4.0, 2.0, -6.0), abs=1e-9)
