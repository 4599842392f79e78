"""A run killed at any step and resumed ends in the same bits as one that was left alone."""

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import training
from same_run import assert_same_run
from training import settings_for, write_small

from sciml._errors import InputError
from sciml.train import Run, Status, resumed, started
from sciml.train.log import Silent
from sciml.train.state import load_state

RNG = random.Random(7)
# model, further settings, step after which it is killed, or epoch after whose row
CASES: list[tuple[str, dict[str, Any], int, int]] = [
    ("fno", {"data__augment": "d4"}, RNG.randint(2, 8), 0),
    ("unet", {"data__workers": 2, "optimiser__accumulate": 2, "train__epochs": 4}, RNG.randint(2, 7), 0),
    ("mgno", {"data__augment": "transpose"}, RNG.randint(2, 8), 0),
    ("tiny", {"train__autocast": "bfloat16", "data__workers": 1}, RNG.randint(2, 8), 0),
    ("fno", {"train__autocast": "float16", "optimiser__ema": 0.0}, 0, 2),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("data") / "small.h5")


def straight(config: Any, folder: Path) -> Status:
    with started(config, folder) as loop:
        return loop.train()


def go_on(folder: Path) -> Status:
    with resumed(folder) as loop:
        return loop.train()


def test_killed_and_resumed_is_bit_for_bit_the_straight_run(data: Path, tmp_path: Path) -> None:
    jobs = [
        ((model, str(data), more), str(tmp_path / f"killed-{case}"), step, epoch)
        for case, (model, more, step, epoch) in enumerate(CASES)
    ]
    code = f"import sys; sys.path.insert(0, {str(Path(training.__file__).parent)!r}); import training; training.main()"
    subprocess.run([sys.executable, "-P", "-c", code, repr(jobs)], check=True, timeout=120)
    for case, (model, more, step, epoch) in enumerate(CASES):
        folder = tmp_path / f"killed-{case}"
        at = load_state(folder / "last" / "state.safetensors")["position"]["step"]
        assert at == (step - 1 if step else 3 * epoch - 1), "one checkpoint a step, the last one before the kill"
        config = settings_for(model, data, **more)
        assert straight(config, tmp_path / f"straight-{case}") is Status.FINISHED
        with resumed(folder) as loop:
            rows = [row["epoch"] for row in Run.open(folder).log.rows]
            assert rows == list(range(1, at // loop.sampler.steps + 1)), "rows after the checkpoint are cut"
            assert loop.train() is Status.FINISHED
        assert_same_run(tmp_path / f"straight-{case}", folder)


def test_a_signal_ends_the_run_after_the_step_and_another_run_goes_on(data: Path, tmp_path: Path) -> None:
    class Signals(Silent):
        def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
            if step == 4:
                signal.raise_signal(signal.SIGTERM)

    config = settings_for("tiny", data, train__save_seconds=1e9)
    with started(config, tmp_path / "a") as loop:
        loop.watcher = Signals()
        assert loop.train() is Status.INTERRUPTED
        assert loop.at.step == 4
    assert go_on(tmp_path / "a") is Status.FINISHED
    straight(config, tmp_path / "b")
    assert_same_run(tmp_path / "b", tmp_path / "a")


def test_number_of_reading_threads_changes_nothing(data: Path, tmp_path: Path) -> None:
    for workers in (0, 3):
        straight(settings_for("fno", data, data__workers=workers, data__augment="d4"), tmp_path / f"{workers}")
    assert (tmp_path / "0/model.safetensors").read_bytes() == (tmp_path / "3/model.safetensors").read_bytes()


def test_seeds_change_the_run(data: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        straight(settings_for("tiny", data, train__seed=seed), tmp_path / f"{seed}")
    assert (tmp_path / "0/model.safetensors").read_bytes() != (tmp_path / "1/model.safetensors").read_bytes()


def test_resuming_with_other_settings_names_the_key(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    straight(settings_for("tiny", data), folder)
    for key, value in {"optimiser.lr": 0.5, "train.threads": 2, "data.augment": "flip", "model.in_channels": 2}.items():
        with pytest.raises(InputError, match=key), resumed(folder, {key: value}) as loop:
            loop.train()
    with resumed(folder, {"train.epochs": 4}) as loop:
        assert loop.train() is Status.FINISHED
        assert loop.at.step == 12
    assert [row["epoch"] for row in Run.open(folder).log.rows] == [1, 2, 3, 4]


def test_resuming_with_other_data_is_refused(tmp_path: Path) -> None:
    data = write_small(tmp_path / "small.h5")
    straight(settings_for("tiny", data), tmp_path / "run")
    write_small(tmp_path / "small.h5", seed=1)
    with pytest.raises(InputError, match="encoder differs"):
        go_on(tmp_path / "run")


def test_time_given_fixes_the_number_of_steps(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock where a step takes a second (the first ones ten) and a validation two, 5 minutes are 5 s an epoch."""
    from sciml.train import loop as module

    now = [100.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    config = settings_for("tiny", data, train__epochs=0, train__max_minutes=5.0, train__save_seconds=1e9)
    with started(config, tmp_path / "run") as loop:
        step, validate = loop.engine.step, loop._validate

        def slow_step(*args: Any) -> float:
            now[0] += 10.0 if loop.at.step < 4 else 1.0
            return step(*args)

        def slow_validate() -> dict[str, float]:
            now[0] += 2.0
            return validate()

        loop.engine.step, loop._validate = slow_step, slow_validate  # type: ignore[method-assign]
        assert loop.train() is Status.FINISHED
        total = loop.at.total
        assert total == loop.at.step == pytest.approx((300 - 36) * 3 / 5, abs=3)
        assert loop.at.seconds == pytest.approx(300, abs=5)
        assert load_state(loop.run.checkpoint)["position"]["total"] == total
        assert loop.run.log.rows[-1]["lr"] == pytest.approx(0.02 / 1000)
    assert go_on(tmp_path / "run") is Status.FINISHED


def test_a_run_that_does_not_get_better_stops_early(data: Path, tmp_path: Path) -> None:
    with started(settings_for("tiny", data, train__patience=2, train__epochs=50), tmp_path / "run") as loop:
        validate = iter([3.0, 2.0, 2.5, 2.0, 1.0])
        loop._validate = lambda: {"rel_l2": next(validate)}  # type: ignore[method-assign]
        assert loop.train() is Status.STOPPED_EARLY
        assert loop.at.step == 4 * 3
        assert loop.at.best == 2.0


def test_validation_that_overflows_leaves_the_last_model(data: Path, tmp_path: Path) -> None:
    with started(settings_for("tiny", data), tmp_path / "run") as loop:
        validate = iter([float("inf"), float("nan"), float("nan")])
        loop._validate = lambda: {"rel_l2": next(validate)}  # type: ignore[method-assign]
        assert loop.train() is Status.FINISHED
        assert (loop.at.best, loop.at.stale) == (None, 3)
        for one, other in zip(loop.run.model().parameters(), loop.engine.ema.parameters(), strict=True):
            assert torch.equal(one, other)


def test_a_diverging_run_keeps_its_checkpoint(data: Path, tmp_path: Path) -> None:
    with started(settings_for("tiny", data, train__save_seconds=1e9), tmp_path / "run") as loop:
        loop.save()
        before = loop.run.checkpoint.read_bytes()
        steps = iter(range(100))
        step = loop.engine.step
        loop.engine.step = lambda *args: step(*args) if next(steps) < 4 else float("nan")  # type: ignore[method-assign]
        assert loop.train() is Status.DIVERGED
        assert loop.at.step == 4
        assert loop.run.checkpoint.read_bytes() == before


def test_the_model_saved_is_the_best_one(data: Path, tmp_path: Path) -> None:
    with started(settings_for("fno", data), tmp_path / "run") as loop:
        loop.train()
        model = loop.run.model()
        found = loop.task.evaluate(model, loop.task.indices("val"))["rel_l2"].mean()
        assert found == pytest.approx(min(row["val_rel_l2"] for row in loop.run.log.rows), rel=1e-6)
        assert loop.at.best == pytest.approx(found, rel=1e-6)
