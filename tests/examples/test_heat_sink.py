"""The heat sink: what cools it is recomputed from the shape of the metal."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from sciml.cli._problem_file import read_problem
from sciml.cli.main import cli

EXAMPLE = Path(__file__).parents[2] / "examples" / "heat_sink.toml"
H = 0.0002  # spacing in x and z [m]
DY = 0.002  # in y, ten times that of the file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A solve with ten times fewer cells; every edge of the geometry still lies on a face."""
    path: Path = tmp_path_factory.mktemp("sink")
    files = [f"--{name}={path / file}" for name, file in (("report", "r.json"), ("plot", "p.png"), ("output", "u.npy"))]
    result = CliRunner().invoke(cli, ["solve", str(EXAMPLE), "--shape", "200,20,120", *files])
    assert result.exit_code == 0, result.stderr
    assert "in 15 W (source 15)" in result.stdout
    return path


def surface_loss(u: NDArray[np.float64], area: float, transfer: float, k: float) -> float:
    """Heat [W] lost through faces of `area` with half a cell of conductivity k below them, spacing H."""
    return float(u.sum() * area / (H / (2 * k) + 1 / transfer))


def test_file_states_the_full_problem() -> None:
    settings = read_problem(EXAMPLE)
    assert settings.shape == (200, 200, 120)
    assert settings.extent == (0.040, 0.040, 0.024)
    assert settings.report == EXAMPLE.with_suffix(".json")
    assert settings.plot == EXAMPLE.with_suffix(".png")


def test_heat_balance_closes(folder: Path) -> None:
    report = json.loads((folder / "r.json").read_text())
    balance = report["balance"]
    assert report["converged"]
    assert report["unknowns"] == 257_280
    assert balance["source"] == pytest.approx(15.0, rel=1e-12)
    assert balance["defect"] < 1e-6
    assert (folder / "p.png").stat().st_size > 10_000


def test_fins_floor_and_board_lose_what_their_surfaces_transfer(folder: Path) -> None:
    u = np.load(folder / "u.npy")
    metal = u != 0
    fins, base, board = u[:, :, 40:], u[:, :, 39], u[:, :, 7]
    air = ~metal[:, :, 40:]
    flanks = sum(
        surface_loss(one[beside], H * DY, 30.0, 200.0)
        for one, beside in ((fins[1:], air[:-1] & ~air[1:]), (fins[:-1], air[1:] & ~air[:-1]))
    )
    floor = surface_loss(base[~metal[:, :, 40]], H * DY, 30.0, 200.0)
    open_board = surface_loss(board[~metal[:, :, 8]], H * DY, 5.0, 0.35)
    balance = json.loads((folder / "r.json").read_text())["balance"]
    assert -balance["shift"] == pytest.approx(flanks + floor + open_board, rel=1e-10)
    tips = surface_loss(u[:, :, -1], H * DY, 30.0, 200.0)
    assert -balance["z+"] == pytest.approx(tips, rel=1e-10)
    assert flanks > 10.0, "most of the heat leaves through the fins"


def test_hottest_point_lies_in_the_chip(folder: Path) -> None:
    u = np.load(folder / "u.npy")
    i, j, k = np.unravel_index(np.argmax(u), u.shape)
    assert 70 <= i < 130
    assert 7 <= j < 13
    assert 15 <= k < 19
    assert u.max() == pytest.approx(29.0, abs=0.2)
