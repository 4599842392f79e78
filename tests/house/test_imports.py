"""Light commands stay light: what they import, not how long it takes."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "matplotlib", "pyamg", "h5py", "vtk", "scipy.sparse.linalg", "numba")


def loaded(code: str) -> set[str]:
    """Modules in memory after running `code` in a new process."""
    script = f"import sys\n{code}\nprint('\\nMODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("MODULES")[2].split())


HELP = """
from sciml.cli.main import main
sys.argv = ["sciml", "--help"]
try:
    main()
except SystemExit as stop:
    assert stop.code == 0
"""


@pytest.mark.parametrize("code", ["import sciml", HELP], ids=["import", "help"])
def test_no_heavy_library(code: str) -> None:
    assert not loaded(code) & {*HEAVY, "rich"}


@pytest.mark.parametrize("module", ["sciml.mesh", "sciml.datasets.fields"])
def test_no_compiler(module: str) -> None:
    assert not loaded(f"import {module}") & {*HEAVY}


@pytest.mark.parametrize("module", ["sciml.pde", "sciml.solvers", "sciml.datasets.convert"])
def test_no_learning_library(module: str) -> None:
    assert not loaded(f"import {module}") & {"torch", "matplotlib", "pyamg", "h5py", "vtk"}
