"""The memory estimate lies above what a solve takes, and not far above."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sciml.cli._estimate import _COPIES, box_bytes
from sciml.cli._settings import Settings
from sciml.mesh import Grid
from sciml.solvers import SOLVERS


def test_every_method_has_an_estimate() -> None:
    assert set(SOLVERS) <= set(_COPIES)


@pytest.mark.parametrize(("method", "coefficient", "shape"), [
    ("fft", "1", (96, 96, 96)),
    ("multigrid", "1+x*y", (96, 96, 96)),
    pytest.param("multigrid", "1", (96, 96, 96), marks=pytest.mark.slow),
    pytest.param("pcg", "1+x*y", (96, 96, 96), marks=pytest.mark.slow),
    pytest.param("direct", "1+x*y", (300, 300), marks=pytest.mark.slow),
    pytest.param("direct", "1+x*y", (24, 24, 24), marks=pytest.mark.slow),
])  # fmt: skip
def test_estimate_against_the_resident_set(
    tmp_path: Path, method: str, coefficient: str, shape: tuple[int, ...]
) -> None:
    code = "from sciml.cli.main import main; main()"
    arguments = ("--shape", ",".join(map(str, shape)), "--coefficient", coefficient, "--method", method)
    subprocess.run(
        [sys.executable, "-P", "-c", code, "solve", *arguments, "--report", "r.json", "-q", "--rtol", "1e-2"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    peak = json.loads((tmp_path / "r.json").read_text())["peak_memory_bytes"]
    field = 1.0 if coefficient == "1" else coefficient
    expected = box_bytes(Settings(method=method, coefficient=(field,)), Grid(shape), 1)
    assert 0.9 * peak <= expected <= 2.0 * peak
