"""The commands train and evaluate: files, exit codes, single lines."""

import csv
import json
import os
import pty
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from training import write_small

from sciml.mesh import Boundary
from sciml.train.state import load_state

Run = Callable[..., Result]
MAIN = [sys.executable, "-P", "-c", "from sciml.cli.main import main; main()"]
SMALL = ("model.hidden_channels=4", "model.n_layers=1", "train.batch_size=5")
TINY = ("--threads", "1", *(word for setting in SMALL for word in ("--set", setting)))
KEYS = [
    "model", "checkpoint", "data", "split", "samples", "parameters", "metrics", "seconds_per_sample", "protocol",
    "resolution", "indices", "skipped",
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_small(tmp_path / "small.h5")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_train_evaluate_and_go_on(run: Run, data: Path, tmp_path: Path) -> None:
    result = run("train", "unet", "--data", "small.h5", "--epochs", "2", "--seed", "3", *TINY)
    assert result.stdout == "runs/unet-1\n"
    assert "3 steps an epoch" in result.stderr
    assert "epoch   2  train_loss" in result.stderr
    folder = tmp_path / "runs" / "unet-1"
    assert files(folder) == [
        "config.json", "config.toml", "curves.png", "data.json", "last/state.safetensors", "metrics.csv",
        "metrics.jsonl", "model.safetensors",
    ]
    rows = table(folder / "metrics.csv")
    assert [row["step"] for row in rows] == ["3", "6"]
    assert float(rows[1]["val_rel_l2"]) > 0

    run("evaluate", "runs/unet-1", "--report", "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert sorted(report) == sorted(KEYS)
    assert report["samples"] == 3
    assert report["indices"] == [15, 16, 17]
    assert report["protocol"] == "as stored"
    for metric in report["metrics"].values():
        assert metric["mean"] == pytest.approx(np.mean(metric["per_sample"]))
        assert len(metric["per_sample"]) == 3
    assert (folder / "worst.png").read_bytes().startswith(b"\x89PNG")

    again = run("train", "--resume", "runs/unet-1", "--epochs", "3")
    assert again.stdout == "runs/unet-1\n"
    assert [row["epoch"] for row in table(folder / "metrics.csv")] == ["1", "2", "3"]
    assert 'name = "unet"' in (folder / "config.toml").read_text()
    assert run("train", "unet", "--data", "small.h5", "--epochs", "1", "-q", *TINY).stdout == "runs/unet-2\n"


def test_data_that_come_with_the_package(run: Run, tmp_path: Path) -> None:
    run("train", "unet", "--epochs", "1", "--output", "a", "-q", *TINY)
    report = json.loads(run("evaluate", "a", "--classical", "--report", "-").stdout)
    assert (report["samples"], report["resolution"]) == (50, [32, 32])
    assert report["data"] == ["darcy 32"]
    other = report["classical"]
    assert other["reached"]
    assert other["rel_l2"] <= other["rel_l2_model"]
    assert other["samples"] == 20
    assert "on the grid of the data" in run("evaluate", "a", "--classical", "--resolution", "16", code=2).stderr


def test_evaluate_elsewhere(run: Run, data: Path, tmp_path: Path) -> None:
    run("train", "unet", "--data", "small.h5", "--epochs", "1", "--output", "a", *TINY)
    write_small(tmp_path / "finer.h5", shape=(12, 9), split=False, count=7)
    report = json.loads(run("evaluate", "a", "--data", "finer.h5", "--report", "-").stdout)
    assert (report["samples"], report["protocol"], report["resolution"]) == (7, "all samples", [12, 9])
    assert report["data"] == [str(tmp_path / "finer.h5")]
    report = json.loads(run("evaluate", "a", "--resolution", "4", "--report", "-").stdout)
    assert report["resolution"] == [4, 4]
    write_small(tmp_path / "two.h5", channels=2)
    assert "inputs of the data have 2 channels" in run("evaluate", "a", "--data", "two.h5", code=2).stderr
    write_small(tmp_path / "other.h5", boundary=Boundary("periodic"))
    assert "periodic on side x-" in run("evaluate", "a", "--data", "other.h5", code=2).stderr
    write_small(tmp_path / "bad.h5", bad={15: np.nan})
    assert "sample 15 of bad.h5" in run("evaluate", "a", "--data", "bad.h5", code=2).stderr
    report = json.loads(run("evaluate", "a", "--data", "bad.h5", "--skip-bad", "--report", "-").stdout)
    assert (report["samples"], list(report["skipped"])) == (2, ["15"])
    for bad in ("--classical", "--resolution 5", "--resolution 0", "--report r.txt", "--report no/r.json"):
        run("evaluate", "a", *bad.split(), code=2)


def test_levels_that_are_added(run: Run, data: Path, tmp_path: Path) -> None:
    write_small(tmp_path / "finer.h5", shape=(32, 16), count=12)
    run("train", "mgno", "--data", "small.h5", "--epochs", "1", "--output", "a", *TINY, "--set", "model.steps=[[2, 0]]")
    more = ("--data", "finer.h5", "--levels", "1", "--report", "r.json")
    assert "32 x 16, 1 level added" in run("evaluate", "a", *more).stdout
    report = json.loads(Path("r.json").read_text())
    assert (report["levels"], report["resolution"]) == (1, [32, 16])
    run("predict", "a", "finer.h5", "--levels", "2", "--output", "u.npy")
    assert np.load("u.npy").shape == (3, 32, 16)
    write_small(tmp_path / "odd.h5", shape=(9, 9), count=12)
    assert "even sizes" in run("evaluate", "a", "--data", "odd.h5", "--levels", "1", code=2).stderr
    assert "-1 levels" in run("predict", "a", "--levels", "-1", "--output", "u.npy", code=2).stderr


def test_one_and_three_dimensions(run: Run, tmp_path: Path) -> None:
    cube = (6, 5, 4)
    for shape, model in (((16,), "fno"), (cube, "fno"), (cube, "unet"), ((16,), "mgno"), (cube, "mgno")):
        write_small(tmp_path / "d.h5", shape=shape, boundary=Boundary("periodic"), count=12)
        folder = f"{model}{len(shape)}"
        more = ("--set", "model.steps=[[1, 0], [1, 0]]") if model == "mgno" else ()
        run("train", model, "--data", "d.h5", "--epochs", "1", "--output", folder, "-q", *TINY, *more)
        if model == "fno":
            report = json.loads(run("evaluate", folder, "--report", "-", "-q").stdout)
            assert report["resolution"] == list(shape)
            assert np.isfinite(report["metrics"]["rel_h1"]["mean"])


def test_time_given_replaces_the_number_of_epochs(run: Run, data: Path, tmp_path: Path) -> None:
    run("train", "unet", "--data", "small.h5", "--max-minutes", "0.005", "--output", "a", "-q", *TINY)
    position = load_state(tmp_path / "a" / "last" / "state.safetensors")["position"]
    assert position["step"] == position["total"] >= 20
    assert "epochs = 0\n" in (tmp_path / "a" / "config.toml").read_text()
    run("train", "--resume", "a", "--epochs", str(position["step"] // 3 + 2), "-q")
    text = (tmp_path / "a" / "config.toml").read_text()
    assert "max_minutes = 0.0" in text
    after = load_state(tmp_path / "a" / "last" / "state.safetensors")["position"]
    assert after["step"] == after["total"] == 3 * (position["step"] // 3 + 2)


def test_settings_come_from_a_file_and_options_win(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        '[data]\nfiles = ["small.h5"]\n[model]\nhidden_channels = 3\nn_layers = 1\n[train]\nepochs = 9\nthreads = 1\n'
    )
    options = ("--epochs", "1", "--set", "model.hidden_channels=5", "--output", "a", "-v")
    run("train", "unet", "--config", "c.toml", *options)
    text = (tmp_path / "a" / "config.toml").read_text()
    assert "hidden_channels = 5" in text
    assert "epochs = 1\n" in text


def test_a_file_for_another_model_is_refused(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "fno.toml").write_text('[model]\nname = "fno"\nn_modes = [4, 4]\n[data]\nfiles = ["small.h5"]\n')
    said = run("train", "unet", "--config", "fno.toml", code=2).stderr
    assert "fno.toml is for the model fno, and unet was asked for" in said


def test_several_files_and_bad_samples(run: Run, data: Path, tmp_path: Path) -> None:
    write_small(tmp_path / "more.h5", seed=1, bad={2: np.nan})
    both = ("train", "unet", "--data", "small.h5", "more.h5", "--epochs", "1", *TINY)
    assert "sample 2 of more.h5 has outputs that are not finite" in run(*both, code=2).stderr
    assert "23 training and 6 validation samples" in run(*both, "--skip-bad", "--output", "a").stderr
    record = json.loads((tmp_path / "a" / "data.json").read_text())
    assert record["skipped"] == {"20": "outputs that are not finite"}
    write_small(tmp_path / "wide.h5", shape=(8, 9))
    assert "use one shape" in run("train", "unet", "--data", "small.h5", "wide.h5", *TINY, code=2).stderr


@pytest.mark.parametrize(("words", "text"), [
    (("unett",), "did you mean 'unet'"),
    (("unet", "--set", "model.hiden_channels=3"), "did you mean 'hidden_channels'"),
    (("unet", "--set", "optimiser.lr=-1"), "optimiser.lr"), (("unet", "--epochs", "0"), "without an end"),
    (("unet", "--epochs", "x"), "epochs"), (("unet", "--config", "no.toml"), "no.toml"),
    (("unet", "--output", "small.h5"), "exists"), (("unet", "--output", "small.h5/a"), "cannot be created"),
    (("--resume", "nothing"), "holds no run"),
    (("--resume", "nothing", "--output", "a"), "own folder"), ((), "no model given"),
    (("unet", "--set", "data.inputs=coefficient"), "it has source"), (("unet", "--threads", "-1"), "threads"),
])
def test_bad_input_is_one_line_and_writes_nothing(run: Run, data: Path, words: tuple[str, ...], text: str) -> None:
    more = () if "--resume" in words else ("--data", "small.h5")
    assert text in run("train", *words, *more, code=2).stderr


def test_files_that_are_no_data_sets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (tmp_path / "y.h5").write_text("no")
    for name in ("x.h5", "y.h5", "none.h5"):
        run("train", "unet", "--data", name, code=2)


def test_resume_with_other_settings_or_a_strange_checkpoint(run: Run, data: Path, tmp_path: Path) -> None:
    run("train", "unet", "--data", "small.h5", "--epochs", "1", "--output", "a", *TINY)
    assert "optimiser.lr is 0.5" in run("train", "--resume", "a", "--set", "optimiser.lr=0.5", code=2).stderr
    assert "train.seed" in run("train", "--resume", "a", "--seed", "5", code=2).stderr
    assert "model.name is 'fno'" in run("train", "fno", "--resume", "a", code=2).stderr
    path = tmp_path / "a" / "last" / "state.safetensors"
    path.write_bytes(path.read_bytes().replace(b'"version":"1"', b'"version":"0"'))
    assert "version 0" in run("train", "--resume", "a", "--epochs", "2", code=2).stderr
    path.unlink()
    assert "does not exist" in run("train", "--resume", "a", "--epochs", "2", code=2).stderr


def test_diverging_run_fails_with_a_hint(run: Run, data: Path) -> None:
    steep = ("optimiser.lr=1000", "optimiser.clip=0", "schedule.start=1", "loss.name=rel_l2", "train.autocast=float16")
    options = [word for setting in steep for word in ("--set", setting)]
    result = run("train", "tiny", "--data", "small.h5", "--epochs", "400", "--threads", "1", "-q", *options, code=1)
    assert "use a smaller optimiser.lr" in result.stderr


def test_samples_of_training_are_never_judged(run: Run, tmp_path: Path) -> None:
    """A file without a split was cut in training; asked for by name, it is cut in the same way."""
    write_small(tmp_path / "plain.h5", split=False, count=30)
    run("train", "unet", "--data", "plain.h5", "--epochs", "1", "--output", "a", "-q", *TINY)
    split = json.loads((tmp_path / "a" / "data.json").read_text())["split"]
    assert len(split["test"]) == 3
    for words in ((), ("--data", "plain.h5")):
        report = json.loads(run("evaluate", "a", *words, "--report", "-").stdout)
        assert report["indices"] == split["test"]
        assert report["protocol"] == "seeded tenths, seed 0"


@contextmanager
def full_disk(limit: int) -> Any:
    """No file can grow beyond `limit` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_leaves_the_last_checkpoint(run: Run, data: Path, tmp_path: Path) -> None:
    run("train", "unet", "--data", "small.h5", "--epochs", "1", "--output", "a", *TINY)
    path = tmp_path / "a" / "last" / "state.safetensors"
    before = path.read_bytes()
    with full_disk(len(before) // 2):
        result = run("train", "--resume", "a", "--epochs", "2", "-q", code=1)
    assert "the last checkpoint is intact, go on with: sciml train --resume a" in result.stderr
    assert path.read_bytes() == before
    assert load_state(path)["position"]["step"] == 3
    run("train", "--resume", "a", "--epochs", "2", "-q")
    with full_disk(100):
        result = run("train", "unet", "--data", "small.h5", "--output", "b", *TINY, code=1)
    assert "failed" in result.stderr


def test_ctrl_c_on_a_terminal(tmp_path: Path, data: Path) -> None:
    """A live bar with rate and time left; after the interrupt one line, exit code 1, and the run can go on."""
    leader, follower = pty.openpty()
    command = [*MAIN, "train", "unet", "--data", "small.h5", "--epochs", "100000", "--output", "a", *TINY]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=follower, stderr=follower, env=os.environ | {"TERM": "xterm", "COLUMNS": "160"}
    ) as process:
        os.close(follower)
        shown = b""
        while b"steps/s" not in shown:
            shown += os.read(leader, 4096)
        process.send_signal(signal.SIGINT)
        while True:
            try:
                shown += os.read(leader, 4096)
            except OSError:
                break
    os.close(leader)
    text = shown.decode()
    assert process.returncode == 1
    assert "left" in text
    assert "lr" in text
    assert "\x1b[" in text, "a live display moves the cursor"
    assert "interrupted after step" in text
    assert "Traceback" not in text
    step = load_state(tmp_path / "a" / "last" / "state.safetensors")["position"]["step"]
    assert step > 1
    assert f"interrupted after step {step};" in text
