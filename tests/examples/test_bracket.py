"""The bracket: heat through each group of faces is recomputed from the temperatures that were written."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from sciml.cli._problem_file import read_problem
from sciml.cli.main import cli
from sciml.mesh import Mesh
from sciml.mesh.io import read_mesh

EXAMPLES = Path(__file__).parents[2] / "examples"
AROUND = 20.0  # frame and air [degrees Celsius]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solved on the mesh of the file and, as ``fine.*``, on one with eight times as many cells."""
    path: Path = tmp_path_factory.mktemp("bracket")
    for name, more in (("coarse", ()), ("fine", ("--refine", "1"))):
        files = [f"--{kind}={path / name}.{suffix}" for kind, suffix in (("report", "json"), ("plot", "png"))]
        command = ["solve", str(EXAMPLES / "bracket.toml"), "--output", f"{path / name}.vtu", *files, *more]
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0, result.stderr
    return path


def surface(mesh: Mesh, name: str) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Triangles of a boundary and their areas [m^2]."""
    facets = mesh.boundaries[name]["triangle"]
    a, b, c = mesh.points[facets].swapaxes(0, 1)
    return facets, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def report_of(folder: Path, name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return report


def test_mesh_is_small_and_sound() -> None:
    path = EXAMPLES / "bracket.msh"
    assert path.stat().st_size < 400_000
    mesh = read_mesh(path)
    mesh.check()
    assert mesh.quality().min() > 0.2
    assert set(mesh.boundaries) == {"bolts", "fixed", "loaded", "rest"}
    assert list(mesh.regions) == ["aluminium"]
    named = sum(len(facets["triangle"]) for facets in mesh.boundaries.values())
    assert named == sum(map(len, mesh.boundary_facets().facets.values())), "every outer facet has a name"


def test_refined_four_times_it_has_more_than_a_million_unknowns() -> None:
    """Cells, facets, edges and points each make new points, so their number after k refinements is a cubic in 2^k."""
    mesh = read_mesh(EXAMPLES / "bracket.msh")
    counts = [float(mesh.refine(k).n_points) for k in range(4)]
    cubic = np.linalg.solve(np.vander([1.0, 2.0, 4.0, 8.0]), counts)
    assert np.polyval(cubic, 16.0) == pytest.approx(1_864_000, rel=1e-2)


@pytest.mark.parametrize("name", ["coarse", "fine"])
def test_balance_closes(folder: Path, name: str) -> None:
    report = report_of(folder, name)
    assert report["converged"]
    assert report["balance"]["defect"] < 1e-6
    assert (folder / f"{name}.png").stat().st_size > 10_000


@pytest.mark.parametrize("name", ["coarse", "fine"])
def test_faces_pass_what_their_temperatures_say(folder: Path, name: str) -> None:
    mesh, balance = read_mesh(folder / f"{name}.vtu"), report_of(folder, name)["balance"]
    u = mesh.point_data["u"]
    _, areas = surface(mesh, "loaded")
    assert balance["loaded"] == pytest.approx(80 * areas.sum() / (np.pi * (0.029**2 - 0.016**2)), rel=1e-12)
    for boundary, transfer in (("rest", 25.0), ("fixed", 500.0)):
        facets, areas = surface(mesh, boundary)
        lost = float(np.sum(transfer * (u[facets].mean(axis=1) - AROUND) * areas))
        assert -balance[boundary] == pytest.approx(lost, rel=1e-7)
    assert -balance["bolts"] > 40.0, "most of the heat leaves through the bolts"


@pytest.mark.parametrize("name", ["coarse", "fine"])
def test_temperatures_obey_the_maximum_principle(folder: Path, name: str) -> None:
    mesh = read_mesh(folder / f"{name}.vtu")
    u = mesh.point_data["u"]
    bolts = np.unique(mesh.boundaries["bolts"]["triangle"])
    assert np.array_equal(u[bolts], np.full(len(bolts), AROUND))
    assert u.min() >= AROUND - 1e-9
    assert np.argmax(u) in mesh.boundaries["loaded"]["triangle"]
    assert 50 < u.max() < 60


def test_vtk_opens_what_was_written(folder: Path) -> None:
    vtk = pytest.importorskip("vtkmodules.vtkIOXML")
    support = pytest.importorskip("vtkmodules.util.numpy_support")
    reader = vtk.vtkXMLUnstructuredGridReader()
    reader.SetFileName(str(folder / "fine.vtu"))
    reader.Update()
    grid, mesh = reader.GetOutput(), read_mesh(folder / "fine.vtu")
    assert (grid.GetNumberOfPoints(), grid.GetNumberOfCells()) == (mesh.n_points, mesh.n_cells)
    u = support.vtk_to_numpy(grid.GetPointData().GetArray("u"))
    assert np.array_equal(u, mesh.point_data["u"])
    assert grid.GetCellData().GetArray("flux").GetNumberOfComponents() == 3


def test_problem_file_names_the_mesh_beside_it() -> None:
    settings = read_problem(EXAMPLES / "bracket.toml")
    assert settings.problem == EXAMPLES / "bracket.msh"
    assert settings.report == EXAMPLES / "bracket.json"


def test_generator_makes_this_part(tmp_path: Path) -> None:
    pytest.importorskip("gmsh", reason="Gmsh is needed to change the mesh only")
    made = read_mesh(runpy.run_path(str(EXAMPLES / "bracket_mesh.py"))["main"](["--file", str(tmp_path / "b.msh")]))
    kept = read_mesh(EXAMPLES / "bracket.msh")
    assert set(made.boundaries) == set(kept.boundaries)
    assert made.volumes().sum() == pytest.approx(kept.volumes().sum(), rel=0.01)
    for name in kept.boundaries:
        assert surface(made, name)[1].sum() == pytest.approx(surface(kept, name)[1].sum(), rel=0.02)
