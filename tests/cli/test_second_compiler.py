"""The second process compiles what the first one looks for later, and never outlives it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sciml.cli import _second_compiler
from sciml.cli._second_compiler import second_compiler
from sciml.cli._settings import Settings
from sciml.kernels import threads

# Prints the kernels that had to be compiled, not those found in the cache.
SOLVE = """
import numpy as np
from numba.core import event
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, solve

class Compiled(event.Listener):
    def on_start(self, e):
        print(e.data["dispatcher"].py_func.__module__.split(".")[2])
    def on_end(self, e):
        pass

shape = (40, 40)
k = np.random.default_rng(0).uniform(0.1, 10.0, shape)
with event.install_listener("numba:compile", Compiled()):
    system = poisson(Grid(shape), k, 1.0)
    assert solve(system.A, system.b, Multigrid()).converged
"""


@pytest.mark.slow
def test_cycles_come_from_the_cache(tmp_path: Path) -> None:
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "sciml.cli._second_compiler"], env=env, check=True)
    process = subprocess.run([sys.executable, "-c", SOLVE], env=env, check=True, capture_output=True, text=True)
    compiled = set(process.stdout.split())
    assert "block_clusters" in compiled
    late = {
        "graph_rows", "csr_sor", "csr_transfer", "sor_restrict", "prolong_sor", "dots", "split_direction",
        "cg_residual", "correct_residual",
    }  # fmt: skip
    assert not compiled & late


@pytest.mark.parametrize(
    ("cores", "settings", "count"),
    [
        (2, Settings(coefficient=("1 + x",)), 1),
        (2, Settings(mask="x > 0.5", method="multigrid"), 1),
        (1, Settings(coefficient=("1 + x",)), 0),
        (2, Settings(), 0),
        (2, Settings(coefficient=("1 + x",), method="cg"), 0),
        (2, Settings(coefficient=("1 + x",), device="cuda"), 0),
    ],
)
def test_one_process_where_it_helps(
    cores: int, settings: Settings, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def sleeper(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        assert command[1:] == ["-m", "sciml.cli._second_compiler"]
        started.append(popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[-1]

    popen = subprocess.Popen
    monkeypatch.setattr(_second_compiler.subprocess, "Popen", sleeper)
    with threads(cores), pytest.raises(KeyboardInterrupt), second_compiler(settings) as start:  # noqa: PT012
        start()
        start()
        raise KeyboardInterrupt
    assert len(started) == count
    assert all(process.returncode is not None for process in started)
