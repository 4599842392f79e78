"""Method dcdm on the command line: its weights, and what it needs."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import save_file

from sciml.solvers.learned.weights import HOME, KINDS, zero_weights

Run = Callable[..., Any]

PROBLEM = ("solve", "--shape", "24,20,28", "--mask", "hypot(x - 0.5, y - 0.4) > 0.2")


def classical(folder: Path) -> Path:
    """Weights of the cycle that was not trained, in the form of a run."""
    tensors = {}
    for kind in KINDS:
        for k, net in enumerate(zero_weights().nets[kind]):
            for part, values in zip(("0.weight", "0.bias", "2.weight", "2.bias"), net, strict=True):
                tensors[f"{kind}.{k}.{part}"] = values
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text((HOME / "mixed-3d" / "config.json").read_text())
    return folder


def test_weights_of_a_run_are_used(run: Run, tmp_path: Path) -> None:
    given = classical(tmp_path)
    shipped, other = (
        json.loads(run(*PROBLEM, "--method", "dcdm", *more, "--report", "-").stdout)
        for more in ((), ("--weights", str(given)))
    )
    assert shipped["converged"]
    assert other["converged"]
    assert other["history"][1] != shipped["history"][1]
    transfers = [one["hierarchy"][0]["transfer"] for one in (shipped, other)]
    assert transfers == ["learned", "constant"]


@pytest.mark.parametrize(("method", "text"), [
    ("dcdm", "no weights of dcdm in nowhere"), ("cg", "the method is cg"), ("auto", "add --method dcdm"),
])
def test_weights_that_are_missing_or_not_used_are_bad_input(run: Run, method: str, text: str) -> None:
    for more in ((), ("--explain",)):
        result = run("solve", "--shape", "8,8", "--method", method, "--weights", "nowhere", *more, code=2)
        assert text in result.stderr


def test_torch_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom sciml.cli.main import cli\n"
        f"result = CliRunner().invoke(cli, {[*PROBLEM, '--method', 'dcdm']!r})\n"
        "assert result.exit_code == 0, result.output\n"
        "assert not {'torch', 'matplotlib', 'h5py', 'pyamg'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
