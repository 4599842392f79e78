"""The cable: what the cores give off and the surface loses is recomputed from the mesh and the temperatures."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sciml.cli.main import cli
from sciml.mesh import Mesh
from sciml.mesh.io import read_mesh

EXAMPLES = Path(__file__).parents[2] / "examples"
POWER = 1.9e-8 * (250 / (np.pi * 0.008**2)) ** 2  # W/m^3


@pytest.fixture(scope="module", params=["0", "2"])
def solved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Mesh]:
    folder: Path = tmp_path_factory.mktemp("cable")
    names = {"report": "r.json", "plot": "p.png", "output": "u.vtu"}
    files = [f"--{kind}={folder / name}" for kind, name in names.items()]
    result = CliRunner().invoke(cli, ["solve", str(EXAMPLES / "cable.toml"), "--refine", request.param, *files])
    assert result.exit_code == 0, result.stderr
    assert (folder / "p.png").stat().st_size > 10_000
    return json.loads((folder / "r.json").read_text()), read_mesh(folder / "u.vtu")


def test_mesh_is_small_and_covers_the_section() -> None:
    assert (EXAMPLES / "cable.msh").stat().st_size < 100_000
    mesh = read_mesh(EXAMPLES / "cable.msh")
    mesh.check()
    assert mesh.quality().min() > 0.4
    assert sum(map(len, mesh.regions.values())) == mesh.n_cells
    areas = {name: mesh.volumes()[cells].sum() for name, cells in mesh.regions.items()}
    assert areas["copper"] == pytest.approx(3 * np.pi * 0.008**2, rel=0.02)
    assert areas["insulation"] == pytest.approx(3 * np.pi * (0.012**2 - 0.008**2), rel=0.02)


def test_surface_loses_what_the_current_heats(solved: tuple[dict[str, Any], Mesh]) -> None:
    report, mesh = solved
    balance, u = report["balance"], mesh.point_data["u"]
    heat = POWER * mesh.volumes()[mesh.regions["copper"]].sum()
    lines = mesh.boundaries["surface"]["line"]
    lengths = np.linalg.norm(np.diff(mesh.points[lines], axis=1)[:, 0], axis=1)
    lost = 12 * np.sum(lengths * (u[lines].mean(axis=1) - 25))
    assert balance["source"] == pytest.approx(heat, rel=1e-9)
    assert -balance["surface"] == pytest.approx(lost, rel=1e-7)
    assert balance["defect"] < 1e-6


def test_copper_is_hottest_and_almost_of_one_temperature(solved: tuple[dict[str, Any], Mesh]) -> None:
    _, mesh = solved
    u = mesh.point_data["u"]
    copper = u[np.unique(mesh.cells["triangle"][mesh.regions["copper"]])]
    assert copper.max() == u.max() == pytest.approx(38.5, abs=0.5)
    assert np.ptp(copper) < 0.05 * np.ptp(u)
    assert u.min() > 25


def test_generator_makes_this_section(tmp_path: Path) -> None:
    pytest.importorskip("gmsh", reason="Gmsh is needed to change the mesh only")
    made = read_mesh(runpy.run_path(str(EXAMPLES / "cable_mesh.py"))["main"](["--file", str(tmp_path / "c.msh")]))
    kept = read_mesh(EXAMPLES / "cable.msh")
    for name, cells in kept.regions.items():
        assert made.volumes()[made.regions[name]].sum() == pytest.approx(kept.volumes()[cells].sum(), rel=0.02)
