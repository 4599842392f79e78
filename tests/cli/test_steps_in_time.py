"""Steps in time on the command line: trained, judged step by step, rolled out as far as asked, exported."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from moving import write_moving
from training import write_small

from sciml.datasets.formats.ours import open_ours
from sciml.train.trained import Trained

Run = Callable[..., Result]
SMALL = ("--set", "model.hidden_channels=4", "--set", "model.n_layers=1", "--threads", "1", "--epochs", "1", "-q")


@pytest.mark.parametrize("training", ["pairs", "rollout"])
def test_train_evaluate_predict_export(run: Run, tmp_path: Path, training: str) -> None:
    write_moving(tmp_path / "h.h5")
    run("train", "unet", "--data", "h.h5", "--output", "a", *SMALL, "--set", f"time.training={training}")
    frames = 4 if training == "pairs" else 3
    report = json.loads(run("evaluate", "a", "--report", "-").stdout)
    assert report["time"] == json.loads((tmp_path / "a" / "data.json").read_text())["time"]
    assert (report["samples"], report["time"]["frames"]) == (2, frames)
    for metric in report["metrics"].values():
        assert len(metric["per_step"]) == frames
        assert len(metric["per_sample"]) == 2
    largest = report["metrics"]["max_error"]["per_step"]
    assert max(largest) <= np.mean(report["metrics"]["max_error"]["per_sample"]) * (1 + 1e-6) <= sum(largest)
    squares = np.square(report["metrics"]["rmse"]["per_sample"])  # of all frames together
    assert np.sqrt(squares.mean()) <= max(report["metrics"]["rmse"]["per_step"]) * 1.5
    assert "rel_l2 of steps" in run("evaluate", "a").stdout
    assert "val_rel_l2_step1," in (tmp_path / "a" / "metrics.csv").read_text()

    run("predict", "a", "--output", "u.npy", "-q")
    run("predict", "a", "--output", "long.npy", "--steps", "9", "-q")
    short, long = (np.load(tmp_path / name) for name in ("u.npy", "long.npy"))
    assert (short.shape, long.shape) == ((2, frames, 8, 8), (2, 9, 8, 8))
    np.testing.assert_allclose(long[:, :frames], short, rtol=1e-6)
    facts = json.loads(run("predict", "a", "h.h5", "--output", "u.h5", "--steps", "5", "--report", "-").stdout)
    assert facts["steps"] == 5
    trained = Trained.of(tmp_path / "a")
    with open_ours(tmp_path / "u.h5") as data:
        np.testing.assert_allclose(data.outputs["u"][:], long[:, :5], rtol=1e-6)
        given = np.concatenate((data.inputs["u"][:], data.inputs["force"][:][:, None]), 1)
    history = trained.layout.history if trained.layout else 0
    for k in range(3):  # frame after frame through the network of one step
        after = trained.predict(given, steps=1)
        np.testing.assert_allclose(after[:, 0], long[:, k], rtol=1e-5, atol=1e-6)
        given = np.concatenate((given[:, 1:history], after, given[:, history:]), 1)

    run("export", "a", "-q")
    network = torch.export.load(tmp_path / "a" / "model.pt2").module()
    exported = network(torch.from_numpy(given)).detach().numpy()
    np.testing.assert_allclose(exported, trained.predict(given, steps=1), rtol=1e-4, atol=1e-5)


def test_what_cannot_be_rolled_out_is_refused(run: Run, tmp_path: Path) -> None:
    write_small(tmp_path / "s.h5")
    write_moving(tmp_path / "h.h5", given=1, wanted=1)
    run("train", "unet", "--data", "s.h5", "--output", "still", *SMALL)
    assert "its network makes none" in run("predict", "still", "--output", "u.npy", "--steps", "3", code=2).stderr
    timed = ("train", "unet", "--data", "h.h5", *SMALL, "--set", "time.training=rollout")
    assert "do not fit h" in run(*timed, "--set", "time.history=2", code=2).stderr
    assert "did you mean 'rollout'" in run(*timed[:-1], "time.training=rollouts", code=2).stderr
    run(*timed, "--output", "a")
    assert "number of steps is 0" in run("predict", "a", "--output", "u.npy", "--steps", "0", code=2).stderr
    assert "tell no equation" in run("predict", "a", "--output", "u.npy", "--refine", "1e-6", code=2).stderr
    run("predict", "a", "--output", "u.npy", "--steps", "4", "-q")
    assert np.load(tmp_path / "u.npy").shape == (2, 4, 8, 8)
