"""``sciml solve --device cuda`` with the stand-in for CuPy: files, report and refusals are those of the CPU."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from host_cuda.build import compiler
from host_cuda.module import stand_in

from sciml.cli.main import cli

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)

PROBLEM = (
    "solve", "--shape", "12,10,14", "--coefficient", "1 + x", "--bc", "x-=dirichlet:2", "--fixed", "x > 0.8",
    "--fixed-value", "5",
)  # fmt: skip


def run(*args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, list(args))
    assert result.exit_code == code, result.stderr
    return result


def solved(folder: Path, device: str, *args: str) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Fields written and the report."""
    output = folder / f"{device}.npz"
    report = json.loads(run(*PROBLEM, "--device", device, "--output", str(output), "--report", "-", *args).stdout)
    with np.load(output) as fields:
        return dict(fields), report


@pytest.mark.parametrize("method", ["auto", "multigrid"])
def test_what_it_writes(tmp_path: Path, method: str) -> None:
    """With a guess; prescribed values and the balance are put together on the CPU."""
    args = ("--method", method, "--x0", "x * y", "--plot", str(tmp_path / "u.png"))
    expected, known = solved(tmp_path, "cpu", *args)
    with stand_in() as cupy:
        found, report = solved(tmp_path, "cuda", *args)
        assert cupy.launches
        assert "cuda:0" in run(*PROBLEM, "--device", "cuda").stdout
    assert found.keys() == expected.keys()
    np.testing.assert_allclose(found["u"], expected["u"], rtol=0, atol=1e-6)
    assert report["device"] == "cuda"
    assert report["details"]["device"] == "cuda:0"
    assert report["method"] == "multigrid"
    assert report["converged"]
    assert report["unknowns"] == known["unknowns"]
    assert report["balance"]["defect"] < 1e-6
    assert report.keys() == known.keys()


def test_explain() -> None:
    with stand_in():
        assert "A lies on cuda:0, where multigrid runs" in run(*PROBLEM, "--device", "cuda", "--explain").stdout


@pytest.mark.parametrize(("args", "says"), [
    (("--method", "pcg"), "preconditioner 'mic0' runs on the CPU and A lies on cuda:0; use multigrid or jacobi"),
    (("--method", "multigrid", "--set", "multigrid.coarse=clusters"), "coarse is 'clusters'"),
], ids=["preconditioner", "clusters"])  # fmt: skip
def test_what_the_device_has_not(args: tuple[str, ...], says: str) -> None:
    with stand_in():
        result = run(*PROBLEM, "--device", "cuda", *args, code=2)
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
