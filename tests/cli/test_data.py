"""``sciml data``: files made, described and checked; interruptions, full disks, bad input."""

import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import h5py
import numpy as np
import pytest
from click.testing import Result

from sciml._errors import InputError
from sciml.cli import _counting
from sciml.cli._counting import Pace
from sciml.datasets.generate import GENERATORS, recipe_class
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.settings import recipe_from

Run: TypeAlias = Callable[..., Result]
MAIN = [sys.executable, "-P", "-c", "from sciml.cli.main import main; main()"]
DARCY = ["data", "generate", "darcy", "--samples", "20", "--resolution", "16"]
SLOW = ["data", "generate", "burgers", "--samples", "48", "--resolution", "8", "--set", "step=4e-3",
        "--output", "b.h5", "-q"]


def test_from_nothing_to_a_checked_file(run: Run) -> None:
    made = run(*DARCY, "--set", "variant=rough", "--split", "12,4,3", "--seed", "7", "--output", "d.h5")
    assert made.stdout.startswith("d.h5: 20 samples, ")
    lines = dict(line.split("  ", 1) for line in run("data", "info", "d.h5").stdout.splitlines())
    told = {name: text.strip() for name, text in lines.items()}
    assert told["inputs/coefficient"] == told["outputs/solution"] == "16 x 16 float32"
    assert told["split"] == "train 12, val 4, test 3"
    assert told["boundary"] == "x- x+ y- y+ dirichlet 0.0"
    assert told["parameters"] == "refine 1, scheme volumes, variant rough"
    assert told["seed"] == "7"
    checked = run("data", "check", "d.h5", "--systems", "3").stdout.splitlines()
    assert len(checked) == 5
    assert all(line.startswith("ok ") for line in checked)
    assert "maximum principle" in checked[3]


def test_check_fails_naming_what_and_where(run: Run) -> None:
    run(*DARCY, "--output", "d.h5", "-q")
    with h5py.File("d.h5", "a") as file:
        file["outputs/solution"][3] = file["outputs/solution"][5] = np.nan
    result = run("data", "check", "d.h5", "-q", code=1)
    assert "FAILED  finite values" in result.stdout
    assert "samples 3, 5 of 20" in result.stdout
    assert result.stderr == "sciml: d.h5 failed 1 of 5 checks: finite values\n"


def test_existing_files_are_kept_unless_told(run: Run) -> None:
    run(*DARCY, "--output", "d.h5", "-q")
    before = Path("d.h5").read_bytes()
    assert "--overwrite" in run(*DARCY, "--output", "d.h5", "--seed", "1", code=2).stderr
    run(*DARCY, "--output", "d.h5", "--seed", "1", "--overwrite", "-q")
    after = Path("d.h5").read_bytes()
    run(*DARCY, "--output", "e.h5", "--seed", "1", "-q", "--dtype", "float64")
    assert before != after
    assert after != Path("e.h5").read_bytes()
    with h5py.File("d.h5") as d, h5py.File("e.h5") as e:
        np.testing.assert_array_equal(d["outputs/solution"][:], e["outputs/solution"][:].astype(np.float32))


@pytest.mark.parametrize(("args", "said"), [
    (["darc"], "did you mean 'darcy'"),
    (["darcy", "--set", "varint=rough"], "did you mean 'variant'"),
    (["darcy", "--set", "refine=two"], "refine is 'two'; expected a whole number"),
    (["darcy", "--set", "refine"], "expected key=value"),
    (["darcy", "--set", "variant=smoth"], "expected one of smooth"),
    (["darcy", "--samples", "0"], "samples is 0"),
    (["darcy", "--resolution", "1"], "resolution is 1"),
    (["darcy", "--seed", "-1"], "seed is -1"),
    (["darcy", "--split", "1,2"], "expected three whole numbers"),
    (["darcy", "--split", "900,200,1"], "does not fit 1000 samples"),
    (["darcy", "--dtype", "float16"], "float32 or float64"),
    (["darcy", "--workers", "0"], "--workers is 0"),
    (["darcy", "--output", "d.npz"], "use .h5"),
    (["navier-stokes", "--set", "step=-1"], "> 0"),
    (["burgers", "--resolution", "3", "--set", "refine=1"], "resolves no wave"),
    (["navier-stokes", "--resolution", "3"], "resolves no wave"),
    (["darcy", "--resolution", "3", "--set", "scheme=gwf"], "too small for cubic splines"),
    (["helmholtz", "--resolution", "32"], "does not resolve waves"),
    (["helmholtz", "--resolution", "32", "--workers", "2", "--samples", "40"], "does not resolve waves"),
])
def test_bad_input(run: Run, args: list[str], said: str) -> None:
    assert said in run("data", "generate", "--output", "x.h5", *args, code=2).stderr


@pytest.mark.parametrize("command", ["info", "check"])
def test_what_is_no_data_set(run: Run, command: str) -> None:
    assert "there is no file" in run("data", command, "none.h5", code=2).stderr
    Path("text.h5").write_text("hello")
    assert "text.h5" in run("data", command, "text.h5", code=2).stderr


def test_list_tells_all_parameters(run: Run) -> None:
    brief, full = run("data", "list").stdout, run("data", "list", "-v").stdout
    assert [line.split()[0] for line in brief.splitlines()] == list(GENERATORS)
    for name in GENERATORS:
        assert recipe_class(name) is recipe_class(name.replace("-", "_"))
    assert "variant = smooth (smooth | rough | multiscale)" in full
    assert "step = auto" in full


def test_optional_parameters() -> None:
    kind = recipe_class("navier-stokes")
    assert recipe_from(kind, ["step=auto"]).step is None
    assert recipe_from(kind, ["step=1e-3", "scheme=fno"]).step == 1e-3


def test_samples_that_are_not_solved_fail_though_they_are_written(run: Run) -> None:
    command = ["data", "generate", "burgers", "--samples", "2", "--resolution", "32", "--output", "b.h5"]
    result = run(*command, "--set", "step=0.25", "--set", "viscosity=0.05", "-q", code=1)
    assert result.stderr.startswith("sciml: b.h5 is written, but not all samples are solved: residuals largest 1")
    assert result.stderr.endswith("sample 1 above\n")
    assert "FAILED  stored residuals" in run("data", "check", "b.h5", "-q", code=1).stdout


def test_compressed_files_hold_the_same(run: Run) -> None:
    run(*DARCY, "--output", "d.h5", "-q")
    run(*DARCY, "--output", "c.h5", "-q", "--compress")
    assert Path("c.h5").stat().st_size < Path("d.h5").stat().st_size
    with h5py.File("d.h5") as d, h5py.File("c.h5") as c:
        for name in ("inputs/coefficient", "outputs/solution", "samples/residual", "split/train"):
            np.testing.assert_array_equal(d[name][:], c[name][:])


def test_bar_on_a_terminal(tmp_path: Path) -> None:
    """A bar with count, rate and time left, gone at the end; the summary stays."""
    leader, follower = pty.openpty()
    command = [*MAIN, *SLOW[:-1], "--samples", "32"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=follower, stderr=follower, stdin=follower) as process:
        os.close(follower)
        seen = b""
        while process.poll() is None or select.select([leader], [], [], 0)[0]:
            try:
                seen += os.read(leader, 4096)
            except OSError:  # the other end is closed
                break
    os.close(leader)
    assert process.returncode == 0
    text = seen.decode()
    assert re.search(r"\d+ of 32 samples  [\d.]+/s  left \d+ s", text)
    assert "b.h5: 32 samples" in text.splitlines()[-1]


def start(folder: Path, *args: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*MAIN, *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(("number", "workers"), [
    (signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGKILL, 2),
])
def test_the_same_command_goes_on_after_an_interruption(
    straight: bytes, number: signal.Signals, workers: int, tmp_path: Path
) -> None:
    """All processes end, finished parts stay, and the file is that of a run without interruption."""
    process = start(tmp_path, *SLOW, "--workers", str(workers))
    parts = tmp_path / "b.h5.parts"
    while not list(parts.glob("0*.npz")):
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.01)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: to the workers too
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert not (tmp_path / "b.h5").exists()
    assert list(parts.glob("0*.npz"))
    if number != signal.SIGKILL:
        assert process.returncode == 1
        assert said.count("\n") == 1
        assert "the same command goes on from it" in said
    for _ in range(100):
        if group_is_gone(process.pid):
            break
        time.sleep(0.05)
    assert group_is_gone(process.pid), "workers outlive the command"
    done = start(tmp_path, *SLOW)
    done.communicate(timeout=60)
    assert done.returncode == 0
    assert (tmp_path / "b.h5").read_bytes() == straight
    assert [path.name for path in tmp_path.iterdir()] == ["b.h5"]


def test_two_runs_for_one_file_do_not_mix(straight: bytes, tmp_path: Path) -> None:
    """The second one is refused, whatever it wants to make; the lock of a killed one holds nobody up."""
    first = start(tmp_path, *SLOW)
    parts, lock = tmp_path / "b.h5.parts", tmp_path / "b.h5.lock"
    while not list(parts.glob("0*.npz")):
        assert first.poll() is None, first.stderr.read() if first.stderr else ""
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)
    before = {path: path.read_bytes() for path in (*parts.iterdir(), lock)}
    for more in ((), ("--seed", "1"), ("--overwrite",)):
        second = start(tmp_path, *SLOW, *more)
        _, said = second.communicate(timeout=60)
        assert second.returncode == 2
        assert said == (
            f"sciml: b.h5 is being made by another process (number {first.pid}); wait for it, or choose another name\n"
        )
    assert before == {path: path.read_bytes() for path in (*parts.iterdir(), lock)}
    first.kill()
    first.communicate(timeout=30)
    assert lock.exists()
    third = start(tmp_path, *SLOW)
    third.communicate(timeout=60)
    assert third.returncode == 0
    assert (tmp_path / "b.h5").read_bytes() == straight
    assert [path.name for path in tmp_path.iterdir()] == ["b.h5"]


def test_a_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    order = Order("darcy", recipe_class("darcy")(), samples=2, resolution=8)
    (tmp_path / "d.h5").write_text("mine")
    with pytest.raises(InputError, match="exists by now"):
        generate(order, tmp_path / "d.h5", overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["d.h5"]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a run without interruption."""
    folder = tmp_path_factory.mktemp("straight")
    done = start(folder, *SLOW)
    done.communicate(timeout=60)
    assert done.returncode == 0
    return (folder / "b.h5").read_bytes()


@pytest.mark.parametrize("limit", [4_000, 48_000], ids=["parts", "assembly"])
def test_full_disk(tmp_path: Path, limit: int) -> None:
    """A limit on file sizes stands in for a full disk: parts are kept, no half file appears, the command goes on."""
    command = [*MAIN, *DARCY, "--samples", "40", "--output", "d.h5", "-q"]

    def cap() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=cap)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert "File too large" in done.stderr
    assert "the same command goes on from it" in done.stderr
    assert not list(tmp_path.glob("**/.*"))
    assert not (tmp_path / "d.h5").exists()
    assert len(list((tmp_path / "d.h5.parts").glob("0*.npz"))) == (0 if limit == 4_000 else 20)
    subprocess.run(command, cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["d.h5"]


def test_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """16 samples in 4 seconds: 24 more take 6."""
    now = [10.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    pace = Pace("samples")
    assert pace.text(0, 40) == "0 of 40 samples"
    now[0] = 14.0
    assert pace.text(16, 40) == "16 of 40 samples  4/s  left 6 s"


def test_plain_lines_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    with _counting.counting("samples", quiet=False) as progress:
        for done in range(5):
            now[0] = 3.0 * done
            progress(done, 4)
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["2", "4"]


def test_no_command_needs_torch(tmp_path: Path) -> None:
    lines = [[*DARCY[1:], "--output", "d.h5", "-q"], ["info", "d.h5"], ["check", "d.h5", "-q"], ["list", "-v"]]
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom sciml.cli.main import cli\n"
        f"for line in {lines!r}:\n    assert CliRunner().invoke(cli, ['data', *line]).exit_code == 0\n"
        "assert not {'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True)
