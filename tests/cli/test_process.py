"""The program as a process: start-up cost, interrupts, limits, terminals."""

import json
import os
import pty
import random
import resource
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

MAIN = [sys.executable, "-P", "-c", "from sciml.cli.main import main; main()"]
BIG = ["solve", "--shape", "1000,1000", "--coefficient", "1+x*y", "--method", "cg", "--maxiter", "99999"]
OLD = b"earlier result"
TARGETS = ("u.npy", "p.png", "r.json")


def start(folder: Path, *args: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([*MAIN, *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def modules_after(code: str) -> set[str]:
    text = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", text], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_help_imports_nothing_heavy() -> None:
    code = "from click.testing import CliRunner\nfrom sciml.cli.main import cli\nCliRunner().invoke(cli, ['--help'])"
    assert not modules_after(code) & {"numpy", "scipy", "numba", "torch", "rich", "matplotlib", "h5py"}


def test_a_solve_imports_only_what_it_uses() -> None:
    code = (
        "from click.testing import CliRunner\nfrom sciml.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['solve', '--shape', '8,8']).exit_code == 0"
    )
    assert not modules_after(code) & {"torch", "matplotlib", "h5py", "pyamg"}


def interrupt(folder: Path, number: signal.Signals, delay: float) -> int:
    """Start a long solve over earlier results, stop it, and check that they are untouched."""
    for name in TARGETS:
        (folder / name).write_bytes(OLD)
    process = start(folder, *BIG, "--output", "u.npy", "--plot", "p.png", "--report", "r.json")
    time.sleep(delay)
    process.send_signal(number)
    process.communicate(timeout=60)
    left = {path.name for path in folder.iterdir()}
    assert left == set(TARGETS) or number == signal.SIGKILL, "only SIGKILL may leave temporary files"
    for name in TARGETS:
        assert (folder / name).read_bytes() == OLD
    return process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_solving(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, *BIG, "-v", "--output", "u.npy")
    assert process.stderr is not None
    seen = b""
    while b"iteration" not in seen:
        seen = process.stderr.readline()
        assert seen, "ended before it iterated"
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.splitlines()[-1] == b"sciml: interrupted; nothing was written"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_twenty_kills_at_random_moments(tmp_path: Path) -> None:
    rng = random.Random(0)
    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP] * 5:
        code = interrupt(tmp_path, number, rng.uniform(0.0, 3.0))
        assert code in (1, -number)


@pytest.mark.slow
def test_twenty_kills_while_writing(tmp_path: Path) -> None:
    """Small solves with every output: at any moment each target holds the old or the new result."""
    rng = random.Random(1)
    for _ in range(20):
        for name in TARGETS:
            (tmp_path / name).write_bytes(OLD)
        process = start(
            tmp_path, "solve", "--shape", "300,300", "-q", "--output", "u.npy", "--plot", "p.png", "--report", "r.json"
        )
        time.sleep(rng.uniform(0.3, 3.0))
        process.send_signal(rng.choice([signal.SIGTERM, signal.SIGKILL]))
        process.communicate(timeout=60)
        if (tmp_path / "u.npy").read_bytes() != OLD:
            assert np.load(tmp_path / "u.npy").shape == (300, 300)
        if (tmp_path / "r.json").read_bytes() != OLD:
            assert json.loads((tmp_path / "r.json").read_text())["converged"]
        if (tmp_path / "p.png").read_bytes() != OLD:
            assert (tmp_path / "p.png").read_bytes().endswith(b"IEND\xaeB`\x82")


def limited(folder: Path, kind: int, limit: int, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MAIN, *args], cwd=folder, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)),
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


def test_full_disk(tmp_path: Path) -> None:
    """A limit on file sizes stands in for a full disk: the write fails half-way."""
    (tmp_path / "u.npy").write_bytes(OLD)
    targets = ("--output", "u.npy", "--report", "r.json")
    done = limited(tmp_path, resource.RLIMIT_FSIZE, 20_000, "solve", "--shape", "100,100", *targets, "-q")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "nothing was written" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"u.npy": OLD}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_summary_that_cannot_be_printed(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MAIN, "solve", "--shape", "9,9", "--output", "u.npy"], cwd=tmp_path, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "every file is written" in done.stderr
    assert np.load(tmp_path / "u.npy").shape == (9, 9)


def test_closed_streams(tmp_path: Path) -> None:
    command = shlex.join([*MAIN, "solve", "--shape", "9,9", "--output", "u.npy"]) + " >&- 2>&-"
    assert subprocess.run(command, shell=True, cwd=tmp_path, check=False).returncode == 0
    assert np.load(tmp_path / "u.npy").shape == (9, 9)


def test_address_space_limit_is_respected(tmp_path: Path) -> None:
    done = limited(tmp_path, resource.RLIMIT_AS, 4 * 2**30, "solve", "--shape", "700,700,700", "--output", "u.npy")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "memory" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_progress_bar_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "plate.toml").write_text('title = "plate [/b]"')
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*MAIN, "solve", "plate.toml", "--shape", "60,60", "--coefficient", "1+x", "--method", "cg", "-v"],
        cwd=tmp_path, stdout=follower, stderr=follower, env=os.environ | {"TERM": "xterm", "COLUMNS": "160"},
    ) as process:  # fmt: skip
        os.close(follower)
        shown = b""
        while True:
            try:
                shown += os.read(leader, 4096)
            except OSError:
                break
    os.close(leader)
    assert process.returncode == 0
    text = shown.decode()
    assert "iteration   10  residual" in text
    assert "rate 0." in text
    assert "\x1b[" in text, "a live display moves the cursor"
    assert "plate [/b]: 60 x 60 cells" in text


@pytest.mark.slow
def test_compilation_is_announced_once_after_validation(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def stderr_of(*args: str) -> str:
        done = subprocess.run([*MAIN, *args], capture_output=True, text=True, check=False, env=environment)
        return done.stderr

    problem = ("solve", "--shape", "32,32", "--coefficient", "1+x", "--method", "multigrid")
    for bad in (("--bc", "x-=wall"), ("--source", "1/(x-x)"), ("--bc", "neumann")):
        assert stderr_of(*problem, *bad).count("\n") == 1
    assert stderr_of(*problem).count("compiling kernels, once") == 1
    assert "compiling" not in stderr_of(*problem)
