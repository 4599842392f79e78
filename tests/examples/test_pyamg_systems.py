"""PyAMG's example systems: the script, and the same files from the command line."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import loadmat
from scipy.sparse.linalg import spsolve

from sciml.cli.main import cli

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "pyamg_systems.py"))
FILES: dict[str, Path] = {path.stem: path for path in SCRIPT["files"]()}
NOT_SYMMETRIC = ("recirc_flow",)
REAL = [name for name in FILES if name != "helmholtz_2D"]


def matrix_of(name: str) -> Any:
    return loadmat(FILES[name])["A"].tocsr()


def solved(name: str, folder: Path, *args: str) -> tuple[dict[str, Any], Any]:
    command = ["solve", str(FILES[name]), "--rhs", str(folder / "b.npy"), "--output", str(folder / "x.npy")]
    result = CliRunner().invoke(cli, [*command, "--report", "-", *args])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), np.load(folder / "x.npy")


def test_three_routes_agree(capsys: pytest.CaptureFixture[str]) -> None:
    rows = SCRIPT["main"]([])
    assert [row.name for row in rows] == sorted(FILES)
    assert len(rows) == 8
    for row in rows:
        assert row.solution.converged, row.name
        assert max(row.differences) < 1e-8, row.name
    assert {row.name for row in rows if row.refusal} == {"helmholtz_2D"}
    text = capsys.readouterr().out
    assert text.count("because ") == 8
    assert "since A holds complex128 entries; expected real numbers" in text


@pytest.mark.parametrize("name", REAL)
def test_command_line_chooses_says_why_and_agrees(name: str, tmp_path: Path) -> None:
    A = matrix_of(name)
    b = A @ np.random.default_rng(1).standard_normal(A.shape[0])
    np.save(tmp_path / "b.npy", b)
    report, x = solved(name, tmp_path, "--rtol", "1e-12")
    assert report["converged"]
    assert report["symmetric"] == (name not in NOT_SYMMETRIC)
    assert f"{A.shape[0]} unknowns" in report["selected_because"]
    floating = len(report["components"])
    assert floating == (name == "unit_square")
    expected = spsolve(A[floating:, floating:].tocsc(), b[floating:])
    difference = x[floating:] - floating * x[0] - expected
    assert np.linalg.norm(difference) < 1e-8 * np.linalg.norm(expected)
    method = "gmres" if name in NOT_SYMMETRIC else "amg"
    iterated, other = solved(name, tmp_path, "--rtol", "1e-12", "--method", method)
    assert iterated["method"] == method
    assert np.linalg.norm(x - other) < 1e-8 * np.linalg.norm(x)


def test_rigid_motions_of_the_bar_reach_the_hierarchy(tmp_path: Path) -> None:
    """With its six motions on the coarse level, elasticity needs a fraction of the iterations."""
    np.save(tmp_path / "b.npy", np.random.default_rng(0).standard_normal(600))
    report, _ = solved("bar", tmp_path, "--method", "amg")
    assert report["near_nullspace"] == 6
    constants, _ = solved("bar", tmp_path, "--method", "amg", "--set", "amg.kind=ruge_stuben")
    assert 3 * report["iterations"] < constants["iterations"]
    fine, coarse = (level["unknowns"] for level in report["hierarchy"][:2])
    assert (fine, coarse % 6) == (600, 0)
    explained = CliRunner().invoke(cli, ["solve", str(FILES["bar"]), "--method", "amg", "--explain"])
    assert "amg with near_nullspace=6 vectors" in explained.stdout


def test_complex_entries_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["solve", str(FILES["helmholtz_2D"])])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "A holds complex128 entries; expected real numbers; solve [[Re A, -Im A], [Im A, Re A]]" in result.stderr


def test_a_default_right_hand_side_cannot_balance_the_square() -> None:
    result = CliRunner().invoke(cli, ["solve", str(FILES["unit_square"])])
    assert result.exit_code == 2
    assert "the rows of the matrix sum to zero, so it is singular" in result.stderr
