"""Two processes with half a batch each do what one does with the whole batch."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from moving import write_moving
from once import made_once
from safetensors.torch import load_file
from same_run import assert_same_run
from together import run_together
from training import settings_for, write_small

from sciml._errors import InputError
from sciml.train import Run, Status, resumed, started
from sciml.train.ranks import Ranks, check_model, joined_ranks
from sciml.train.state import load_state

# Adam divides by the size of gradients: where that is rounding only, eps keeps it from becoming a step.
BASE: dict[str, Any] = {"optimiser__eps": 1e-2, "train__epochs": 2, "optimiser__lr": 0.05}
# Model, settings, batch of one process. There are 13 training samples (and 8 trajectories of 4 pairs): batches of 8 and
# 5 are halved into 4 and 4, 3 and 2; with 12, the last sample is left to the first process alone.
CASES: list[tuple[str, dict[str, Any], int]] = [
    ("fno", {"data__augment": "d4"}, 8),
    ("unet", {"loss__reduction": "sum", "optimiser__lr": 0.01}, 12),
    ("mgno", {"optimiser__accumulate": 2, "optimiser__ema": 0.0}, 4),
    ("unet", {"time__training": "pairs", "train__epochs": 1}, 10),
    ("fno", {"time__training": "rollout", "train__autocast": "bfloat16"}, 4),
]


def data_for(folder: Path, more: dict[str, Any]) -> Path:
    return folder / ("moving.h5" if "time__training" in more else "small.h5")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All runs by two processes, made in one go."""
    return made_once(tmp_path_factory, "ranks", make_runs)


def make_runs(folder: Path) -> None:
    write_small(folder / "small.h5", count=19)
    write_moving(folder / "moving.h5")
    jobs: list[tuple[Any, ...]] = []
    for case, (model, more, batch) in enumerate(CASES):
        settings = BASE | more | {"train__batch_size": batch // 2}
        jobs.append((model, str(data_for(folder, more)), settings, str(folder / f"two-{case}")))
    jobs.append(("fno", str(folder / "small.h5"), BASE, str(folder / "stopped")))
    jobs.append((None, None, {}, str(folder / "stopped")))
    jobs.append(("fno", str(folder / "small.h5"), BASE, str(folder / "straight")))
    timed = {"train__max_minutes": 0.01, "train__epochs": 0}
    jobs.append(("fno", str(folder / "small.h5"), BASE | timed, str(folder / "timed")))
    jobs.append(("tiny", str(folder / "small.h5"), BASE, str(folder / "tiny")))
    said = run_together(jobs)
    assert [text.count("takes means over the batch") for text in said] == [1, 1], said


@pytest.mark.parametrize("case", range(len(CASES)))
def test_two_halves_are_one_batch(runs: Path, tmp_path: Path, case: int) -> None:
    model, more, batch = CASES[case]
    config = settings_for(model, data_for(runs, more), **BASE | more | {"train__batch_size": batch})
    with started(config, tmp_path / "one") as loop:
        assert loop.train() is Status.FINISHED
    loose = "train__autocast" in more
    one, two = (load_file(path / "model.safetensors") for path in (tmp_path / "one", runs / f"two-{case}"))
    for name, weight in one.items():
        torch.testing.assert_close(two[name], weight, rtol=1e-2 if loose else 1e-4, atol=1e-2 if loose else 2e-5)
    rows, others = (Run.open(path).log.rows for path in (tmp_path / "one", runs / f"two-{case}"))
    assert [row["step"] for row in rows] == [row["step"] for row in others]
    for key in ("train_loss", "val_rel_l2", "val_loss"):
        np.testing.assert_allclose([r[key] for r in rows], [r[key] for r in others], rtol=3e-2 if loose else 1e-4)


def test_the_first_process_writes_one_run(runs: Path) -> None:
    folder = runs / "two-0"
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == [
        "config.json", "config.toml", "curves.png", "data.json", "last/state.safetensors", "metrics.csv",
        "metrics.jsonl", "model.safetensors",
    ]


def test_a_signal_to_one_stops_all_and_they_go_on_bit_for_bit(runs: Path) -> None:
    assert_same_run(runs / "straight", runs / "stopped")
    assert len(load_state(runs / "stopped" / "last" / "state.safetensors")["random"]) == 2


def test_all_take_the_number_of_steps_that_the_first_one_fits_into_the_time(runs: Path) -> None:
    position = load_state(runs / "timed" / "last" / "state.safetensors")["position"]
    assert position["step"] == position["total"] >= 20


def test_another_number_of_processes_is_refused(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "straight", tmp_path / "copy")
    with pytest.raises(InputError, match=r"begun by 2 process\(es\) and 1 go on.*--nproc-per-node 2"), \
            resumed(tmp_path / "copy", {"train.epochs": 9}):
        pass


def test_models_that_look_at_a_whole_batch_are_refused() -> None:
    model = torch.nn.Sequential(torch.nn.Conv1d(1, 1, 1), torch.nn.BatchNorm1d(1))
    check_model(model, Ranks())
    with pytest.raises(InputError, match="layer 1 of the model takes means over the batch, of which each of 2"):
        check_model(model, Ranks(0, 2))


def test_an_environment_that_is_not_complete_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "two")
    with pytest.raises(InputError, match="WORLD_SIZE = 'two'"), joined_ranks("cpu"):
        pass
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(InputError, match="RANK = ''"), joined_ranks("cpu"):
        pass


@pytest.mark.parametrize("count", range(8))
@pytest.mark.parametrize("size", [1, 2, 3])
def test_shards_in_turn_are_the_whole(count: int, size: int) -> None:
    parts = [Ranks(rank, size).shard(np.arange(count)) for rank in range(size)]
    assert np.concatenate(parts).tolist() == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
