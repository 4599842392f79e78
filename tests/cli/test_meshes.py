"""``sciml solve part.msh``: problems on meshes from files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from sciml.mesh import Boundary, Mesh, box_mesh
from sciml.mesh.io import read_mesh, write_mesh
from sciml.pde import poisson
from sciml.solvers import solve

Run = Callable[..., Any]


@pytest.fixture
def plate(tmp_path: Path) -> Mesh:
    """A plate of two materials, with names, written as plate.vtu."""
    mesh = box_mesh((8, 6), (2.0, 1.0))
    right = mesh.points[mesh.cells["triangle"]].mean(axis=1)[:, 0] > 1
    mesh = mesh.replace(regions={"steel": np.flatnonzero(~right), "copper": np.flatnonzero(right)})
    write_mesh(mesh, tmp_path / "plate.vtu")
    return mesh


def test_the_library_gives_the_same(run: Run, tmp_path: Path, plate: Mesh) -> None:
    run(
        "solve", "plate.vtu", "--coefficient", "steel=50; copper=400-x", "--source", "x*y", "--shift", "0.5",
        "--bc", "x-=dirichlet:'1+y'; x+=robin:2,3; y-=neumann:0.25", "--output", "u.npy",
    )  # fmt: skip
    domain = plate.with_conditions({
        "x-": Boundary("dirichlet", "1+y"), "x+": Boundary("robin", 3.0, 2.0), "y-": Boundary("neumann", 0.25),
    })  # fmt: skip
    system = poisson(domain, {"steel": 50.0, "copper": "400-x"}, "x*y", shift=0.5)
    expected = system.expand(solve(system.A, system.b).x)
    np.testing.assert_allclose(np.load(tmp_path / "u.npy"), expected, rtol=1e-9)


def test_report_and_balance(run: Run, plate: Mesh) -> None:
    bc = "x-=dirichlet:1; x+=robin:2,3; y-=neumann; y+=neumann:0.5"
    report = json.loads(run("solve", "plate.vtu", "--bc", bc, "--refine", "1", "--report", "-").stdout)
    assert report["shape"] == [17 * 13]
    assert report["mesh"]["cells"] == {"triangle": 4 * plate.n_cells}
    assert report["mesh"]["boundaries"] == {"x-": 12, "x+": 12, "y-": 16, "y+": 16}
    balance = report["balance"]
    assert balance["source"] == pytest.approx(2.0)
    assert balance["y+"] == pytest.approx(1.0)
    assert sum(balance[name] for name in ("x-", "x+", "y-", "y+", "source")) == pytest.approx(0, abs=1e-10)


def test_stages_in_the_report_are_parts_of_the_whole(run: Run, plate: Mesh) -> None:
    arguments = ("--refine", "1", "--output", "u.vtu", "--report", "-")
    seconds = {
        name.removesuffix("_seconds"): value
        for name, value in json.loads(run("solve", "plate.vtu", *arguments).stdout).items()
        if name.endswith("_seconds")
    }
    assert 0 < seconds["read"] + seconds["write"] <= seconds["io"]
    assert 0 < seconds["refine"] + seconds["assembly"] <= seconds["setup"] + seconds["compile"]
    assert 0 < seconds["check"] <= seconds["total"]


def test_a_linear_field_is_exact_also_on_solids(run: Run, tmp_path: Path) -> None:
    mesh = box_mesh((3, 4, 2))
    write_mesh(mesh, tmp_path / "box.vtu")
    run("solve", "box.vtu", "--bc", "dirichlet:x-2*y+3*z", "--source", "0", "--output", "u.vtu", "--plot", "u.png")
    written = read_mesh(tmp_path / "u.vtu")
    np.testing.assert_allclose(written.point_data["u"], mesh.points @ [1, -2, 3], atol=1e-9)
    np.testing.assert_allclose(written.cell_data["flux"], np.tile([-1, 2, -3], (mesh.n_cells, 1)), atol=1e-8)
    assert set(written.boundaries) == set(mesh.boundaries)
    assert (tmp_path / "u.png").stat().st_size > 5000


def test_several_sources(run: Run, tmp_path: Path, plate: Mesh) -> None:
    np.save(tmp_path / "f.npy", np.stack([np.ones(plate.n_points), plate.points[:, 0]]))
    run("solve", "plate.vtu", "--source", "f.npy", "--output", "u.h5")
    run("solve", "plate.vtu", "--source", "x", "--output", "one.npy")
    with h5py.File(tmp_path / "u.h5") as file:
        assert file["u"].shape == (2, plate.n_points)
        assert file["flux"].shape == (2, plate.n_cells, 2)
        assert np.array_equal(file["cells/triangle"], plate.cells["triangle"])
        np.testing.assert_allclose(file["u"][1], np.load(tmp_path / "one.npy"), rtol=1e-9)


def test_all_means_every_outer_facet(run: Run, tmp_path: Path, plate: Mesh) -> None:
    write_mesh(plate.replace(boundaries={"x-": plate.boundaries["x-"]}), tmp_path / "bare.vtu")
    for name in ("bare.vtu", "plate.vtu"):
        run("solve", name, "--bc", "neumann", "--source", "x-1", "--output", name.replace("vtu", "npy"))
    np.testing.assert_allclose(np.load(tmp_path / "bare.npy"), np.load(tmp_path / "plate.npy"), atol=1e-12)
    assert "--project" in run("solve", "bare.vtu", "--bc", "neumann", code=2).stderr


def test_a_problem_file_with_regions(run: Run, tmp_path: Path, plate: Mesh) -> None:
    (tmp_path / "p.toml").write_text("""
        coefficient = 50
        source = 0
        [mesh]
        file = "plate.vtu"
        [[region]]
        name = "copper"
        coefficient = 400
        [[region]]
        name = "chip"
        x = [0.5, 1.5]
        where = "y > 0.5"
        source = "7 + x"
        [boundary]
        "x-" = "dirichlet:20"
        "y+" = { type = "robin", transfer = 5.0, value = 10.0 }
        [solver]
        x0 = "x"
        [output]
        field = "u.npy"
    """)
    run("solve", "p.toml")
    at = plate.points[plate.cells["triangle"]].mean(axis=1)
    k = np.where(at[:, 0] > 1, 400.0, 50.0)
    f = np.where((at[:, 0] >= 0.5) & (at[:, 0] <= 1.5) & (at[:, 1] > 0.5), 7 + at[:, 0], 0.0)
    domain = plate.with_conditions({"x-": Boundary("dirichlet", 20.0), "y+": Boundary("robin", 10.0, 5.0)})
    system = poisson(domain, k, f)
    expected = system.expand(solve(system.A, system.b).x)
    np.testing.assert_allclose(np.load(tmp_path / "u.npy"), expected, rtol=1e-8)


def test_explain(run: Run, plate: Mesh) -> None:
    text = run("solve", "plate.vtu", "--refine", "1", "--explain").stdout
    assert f"{plate.n_points} points, {plate.n_cells} triangle, refined 1 times" in text


@pytest.mark.parametrize(("args", "message"), [
    (("none.vtu",), "none.vtu"),
    (("plate.vtu", "--bc", "x=neumann"), "boundary 'x' is unknown; the mesh has x-, x+, y-, y+"),
    (("plate.vtu", "--bc", "x-=periodic"), "use dirichlet, neumann or robin"),
    (("plate.vtu", "--bc", "x-=dirichlet:z"), "'z' is not allowed"),
    (("plate.vtu", "--coefficient", "stel=1; copper=2"), "did you mean 'steel'"),
    (("plate.vtu", "--coefficient", "steel=1"), "48 cells without a value"),
    (("plate.vtu", "--coefficient", "0"), "positive"),
    (("plate.vtu", "--coefficient", "1;2;3"), "coefficient has 3 entries"),
    (("plate.vtu", "--source", "q"), "'q' is not allowed"),
    (("plate.vtu", "--source", "short.npy"), "does not match the mesh"),
    (("plate.vtu", "--x0", "short.npy"), "one value a point"),
    (("plate.vtu", "--shape", "8,6"), "--shape is given for a mesh"),
    (("plate.vtu", "--device", "cuda"), "--device is given for a mesh"),
    (("plate.vtu", "--mask", "x>1"), "leave cells out"),
    (("plate.vtu", "--rhs", "short.npy"), "use --source"),
    (("plate.vtu", "--output", "u.vti"), "use .npy, .npz, .h5, .hdf5, .vtu"),
    (("plate.vtu", "--refine", "20"), "memory"),
    (("plate.vtu", "--refine", "-1"), "from 0 to 20"),
    (("plate.vtu", "--method", "fft"), "fft"),
    (("shell.vtu",), "surface in space"),
    (("torn.vtu",), "orphan"),
])  # fmt: skip
def test_bad_input(run: Run, tmp_path: Path, plate: Mesh, args: tuple[str, ...], message: str) -> None:
    np.save(tmp_path / "short.npy", np.ones(5))
    points = np.column_stack([plate.points, plate.points[:, 0] ** 2])
    write_mesh(Mesh(points, plate.cells), tmp_path / "shell.vtu")
    write_mesh(Mesh(np.vstack([plate.points, [[5.0, 5.0]]]), plate.cells), tmp_path / "torn.vtu")
    assert message in run("solve", *args, code=2).stderr
