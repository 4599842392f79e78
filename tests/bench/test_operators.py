"""The cases that compare trained operators, on tiny networks: every table is filled, from held-out samples."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sciml.bench import Settings, load_case
from sciml.bench.contest import Entrant
from sciml.datasets.open import open_dataset

CASES = Path(__file__).parents[2] / "benchmarks"


def small(tmp_path: Path) -> Settings:
    return Settings(size=8, repeats=2, fraction=1e-4, runs=str(tmp_path))


def test_darcy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_case(CASES, "operators_darcy")
    tiny = {"model.name": "mgno", "model.hidden_channels": 4, "model.n_layers": 1, "model.steps": case.cycle(2)}
    monkeypatch.setattr(case, "ENTRANTS", (Entrant("MgNO", {"4 channels": tiny}, (0.01,)),))
    main, finer, tried, rough, multiscale = case.run(small(tmp_path))
    assert [row["seeds"] for table in (main, rough, multiscale) for row in table.rows] == [2, 1, 1]
    assert main.curves["MgNO"][0][0] > 0
    assert [row["status"] for row in tried.rows] == ["chosen"]
    own, level, itself, interpolated = (row["rel_l2_percent"] for row in finer.rows)
    assert own == main.rows[0]["rel_l2_percent"]
    assert len({own, level, itself, interpolated}) == 4
    again = case.run(Settings(size=8, repeats=2, fraction=1e-4, runs=str(tmp_path), only="none"))
    assert again == [main, finer, tried, rough, multiscale]


def test_both_grids_of_darcy_show_the_same_solve(tmp_path: Path) -> None:
    case = load_case(CASES, "operators_darcy")
    coarse, fine = (case.data(small(tmp_path), "smooth", n, 32) for n in (8, 16))
    with open_dataset(coarse) as a, open_dataset(fine) as b:
        for kind, name in (("inputs", "coefficient"), ("outputs", "solution")):
            here, there = getattr(a, kind)[name][:], getattr(b, kind)[name][:]
            means = there.reshape(-1, 8, 2, 8, 2).mean((2, 4))
            np.testing.assert_allclose(here, means, rtol=1e-6)
        assert {part: len(a.indices(part)) for part in ("train", "val", "test")} == {"train": 8, "val": 8, "test": 8}


def test_trainings_of_a_case_can_be_shared_out(tmp_path: Path) -> None:
    case = load_case(CASES, "operators_darcy")
    settings = small(tmp_path)
    file = case.data(settings, "smooth", 8, 32)
    entrant = Entrant("U-Net", {"width 2": case.unet(2)}, (0.01,))
    choice = case.Choice("U-Net", "width 2", 0.01, case.unet(2))
    held, other = (
        case.Contest("smooth", case.SHARED | {"data.files": [str(file)]}, run, [entrant])
        for run in (settings, replace(settings, only="none"))
    )
    outcome = held.train(choice, 0, 1.0)
    assert outcome is not None
    assert outcome.epochs == 1
    assert other.train(choice, 0, 1.0) == outcome
    assert other.train(choice, 1, 1.0) is None
    assert other.paces == held.paces
