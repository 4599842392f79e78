"""Trainings of benchmark cases: done once, by one process, resumed to the same bits, chosen by validation alone."""

import fcntl
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file
from training import SMALL, write_small

from sciml.bench import Settings, Table, trainings, write_report
from sciml.bench.contest import Contest, Entrant, mean_and_spread
from sciml.bench.trainings import Outcome, Pace, Training, carry_out, paces


@pytest.fixture
def training(tmp_path: Path) -> Training:
    data = write_small(tmp_path / "small.h5")
    settings = {"model.name": "unet", **SMALL["unet"], "data.files": [str(data)], "train.batch_size": 5}
    return Training("small", settings | {"train.epochs": 3})


def weights(outcome: Outcome) -> dict[str, Any]:
    return {name: values.tobytes() for name, values in load_file(Path(outcome.path, "model.safetensors")).items()}


def test_paces_are_positive_and_count_the_steps(training: Training) -> None:
    pace, again = paces([training, training])
    assert pace.steps == again.steps == 3  # 12 training samples in batches of 5
    assert min(pace.step, pace.validation, again.step, again.validation) > 0
    assert Pace(0.5, 1.0, 3).epochs(0.1) == 1


def test_a_finished_training_is_read_again(training: Training, tmp_path: Path) -> None:
    outcome = carry_out(training, tmp_path)
    assert outcome is not None
    assert outcome.epochs == len(outcome.curve) == 3
    assert outcome.status == "finished"
    assert outcome.validation == min(error for _, error in outcome.curve)
    seconds = [seconds for seconds, _ in outcome.curve]
    assert 0 < seconds[0] < seconds[1] < seconds[2] <= outcome.seconds
    assert carry_out(training, tmp_path, only="nothing") == outcome


def test_other_settings_are_another_training(training: Training, tmp_path: Path) -> None:
    first = carry_out(training, tmp_path)
    changed = Training("small", dict(training.settings) | {"optimiser.lr": 0.1})
    assert carry_out(changed, tmp_path, only="nothing") is None
    second = carry_out(changed, tmp_path)
    assert first is not None
    assert second is not None
    assert first.curve != second.curve


def test_an_interrupted_training_goes_on_to_the_same_bits(
    training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = carry_out(training, tmp_path / "straight")
    tell = trainings._Clock.epoch

    def interrupting(clock: Any, row: Any) -> None:
        tell(clock, row)
        if row["epoch"] == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(trainings._Clock, "epoch", interrupting)
    with pytest.raises(KeyboardInterrupt):
        carry_out(training, tmp_path / "halted")
    monkeypatch.setattr(trainings._Clock, "epoch", tell)
    before = json.loads((tmp_path / "halted" / "small" / "seconds.json").read_text())
    outcome = carry_out(training, tmp_path / "halted")
    assert straight is not None
    assert outcome is not None
    assert weights(outcome) == weights(straight)
    assert [error for _, error in outcome.curve] == [error for _, error in straight.curve]
    assert [seconds for seconds, _ in outcome.curve][:2] == [seconds for _, seconds in before]
    assert outcome.curve[2][0] > before[1][1]


def test_a_training_of_another_process_is_left_to_it(training: Training, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert carry_out(training, tmp_path) is None
    assert carry_out(training, tmp_path) is not None


def test_the_choice_is_that_of_the_validation_error(training: Training, tmp_path: Path) -> None:
    """A rate of 0 leaves the network as it was made, so every other one is better."""
    own = {name: value for name, value in training.settings.items() if name.startswith("model")}
    shared = {name: value for name, value in training.settings.items() if name not in own}
    entrant = Entrant("U-Net", {"small": own}, (0.0, 0.02))
    contest = Contest("c", shared, Settings(runs=str(tmp_path / "runs")), [entrant])
    choice, rows = contest.choose(entrant, 0.2)
    assert choice is not None
    assert choice.rate == 0.02
    assert [row["status"] for row in rows] == ["finished", "chosen"]
    waiting = Contest("d", shared, Settings(runs=str(tmp_path / "runs"), only="nothing"), [entrant])
    assert waiting.choose(entrant, 0.2)[0] is None


def test_mean_and_spread_of_one_value() -> None:
    assert mean_and_spread("e", [2.0]) == {"e": 2.0, "e_spread": None}


def test_curves_are_drawn(tmp_path: Path) -> None:
    table = Table("T", [{"method": "a"}], curves={"a": [[1.0, 0.5], [2.0, 0.25]]})
    record = {
        "case": "c", "summary": "", "settings": {"threads": 1, "seed": 0, "rtol": 1e-8, "repeats": 1},
        "environment": {"processor": "p", "versions": {}, "commit": "", "time": ""},
        "tables": [vars(table)],
    }
    assert ".. image:: c_curves.png" in write_report([record], tmp_path).read_text()
    assert (tmp_path / "c_curves.png").stat().st_size > 1000
