"""The example scripts, at reduced size, and the commands they print."""

import json
import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sciml.cli.main import cli

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def run_printed_command(text: str) -> dict[str, Any]:
    """The report of the command that a script prints last."""
    found = re.search(r"^  sciml (solve .*)$", text, flags=re.MULTILINE)
    assert found, text
    result = CliRunner().invoke(cli, [*shlex.split(found[1]), "--report", "-"])
    assert result.exit_code == 0, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


@pytest.mark.parametrize("shape", ["64,32", "24,16,12"])
def test_projection_removes_the_divergence(shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = example("pressure_projection")["main"](["--shape", shape, "--folder", str(tmp_path)])
    assert left < 1e-8
    pressure = np.load(tmp_path / "pressure.npy")
    report = run_printed_command(capsys.readouterr().out)
    assert report["converged"]
    np.testing.assert_allclose(np.load(tmp_path / "pressure.npy"), pressure, atol=1e-7 * np.abs(pressure).max())
    assert (tmp_path / "pressure_projection.png").stat().st_size > 10_000


@pytest.mark.parametrize("name", ["permeability", "pressure_projection"])
@pytest.mark.parametrize("shape", ["9", "9,a", "8,8,8,8", "8,0"])
def test_a_wrong_shape_is_named(name: str, shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        example(name)["main"](["--shape", shape])
    assert f"'{shape}' given; expected two or three numbers" in capsys.readouterr().err


def test_projection_takes_obstacles_from_a_file(tmp_path: Path) -> None:
    mask = np.ones((20, 10), dtype=np.uint8)
    mask[5, 1:9] = 0  # a plate
    mask[:3, 3] = mask[2, :3] = 0  # a pocket at the inlet
    np.save(tmp_path / "plate.npy", mask)
    assert example("pressure_projection")["main"](
        ["--mask", str(tmp_path / "plate.npy"), "--folder", str(tmp_path)]
    ) < 1e-8  # fmt: skip
    used = np.load(tmp_path / "mask.npy")
    assert not used[:2, :3].any(), "the pocket is closed"
    assert used[3:, :].sum() == mask[3:, :].sum()


def test_stream_passes_no_wall() -> None:
    module = example("pressure_projection")
    grid = module["channel"](module["scattered"]((30, 20), 1))
    along, across = module["gusty_stream"](grid, 1)
    assert not across[:, [0, -1]].any()
    assert not along[1:][~grid.mask].any()
    assert not along[:-1][~grid.mask].any()
    assert np.array_equal(along[0], np.ones(20))


def test_effective_permeability(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    effective = example("permeability")["main"](["--shape", "96,48", "--folder", str(tmp_path)])
    assert effective == pytest.approx(1.1498e-12, rel=1e-4, abs=0)
    report = run_printed_command(capsys.readouterr().out)
    # 1 bar over 48 m through 24 m of rock, water of 1 mPa s
    assert report["balance"]["x-"] * 1e-3 * 48 / (24 * 1e5) == pytest.approx(effective, rel=1e-6, abs=0)
    assert report["balance"]["defect"] < 1e-6
    assert (tmp_path / "permeability.png").stat().st_size > 10_000


@pytest.mark.parametrize("axis", [0, 1])
def test_bounds_of_layers_are_sharp(axis: int) -> None:
    """Flow across layers has the harmonic mean, flow along them the arithmetic one."""
    module = example("permeability")
    layers = np.geomspace(1e-16, 1e-10, 6)
    k = np.broadcast_to(layers[:, None] if axis == 0 else layers, (6, 6))
    expected = 1 / np.mean(1 / layers) if axis == 0 else layers.mean()
    assert module["bounds"](k) == pytest.approx((expected, expected), rel=1e-12, abs=0)
    system = module["poisson"](module["rock"](k.shape), coefficient=k / 1e-3, source=0.0)
    solution = module["solve"](system.A, system.b)
    inflow = float(module["boundary_balance"](system, solution.x).terms["x-"])
    assert module["effective_permeability"](system.domain, inflow) == pytest.approx(expected, rel=1e-6, abs=0)
