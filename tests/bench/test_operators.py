"""The cases that compare trained operators, on tiny networks: every table is filled, from held-out samples."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sciml.bench import Settings, load_case
from sciml.bench.contest import Choice, Contest, Entrant
from sciml.bench.trainings import Outcome
from sciml.datasets.open import open_dataset
from sciml.mesh import Grid
from sciml.train.levels import with_levels

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
    errors = [row["rel_l2_percent"] for row in finer.rows]
    assert errors[0] == main.rows[0]["rel_l2_percent"]
    assert len({*errors}) == 10


def test_the_further_level_is_what_users_get(tmp_path: Path) -> None:
    """In the units of the field, and with the prediction on the coarser grid as its averages."""
    case = load_case(CASES, "operators_darcy")
    settings = small(tmp_path)
    tiny = {"model.name": "mgno", "model.hidden_channels": 4, "model.n_layers": 1, "model.steps": case.cycle(2)}
    held = case.contest(settings, "smooth", case.data(settings, "smooth", 8, 32))
    held = replace(held, entrants=[Entrant("MgNO", {"4": tiny}, (0.01,))])
    outcome = held.train(Choice("MgNO", "4", 0.01, tiny), 0, 1.0)
    assert outcome is not None
    trained = case.Trained.of(outcome.path)
    x = np.float32(3) + 9 * np.random.default_rng(0).random((2, 1, 16, 16), np.float32)
    coarse = trained.predict(x.reshape(2, 1, 8, 2, 8, 2).mean((3, 5)))
    ways = case.prolongated(coarse, x, Grid((16, 16)), trained.model.settings)
    np.testing.assert_allclose(ways["one more level"], with_levels(trained, 1).predict(x), atol=1e-6)
    for way in ("one more level", "parabola", "repeated"):
        np.testing.assert_allclose(ways[way].reshape(2, 1, 8, 2, 8, 2).mean((3, 5)), coarse, atol=1e-6)


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
    choice = Choice("U-Net", "width 2", 0.01, case.unet(2))
    held, other = (
        Contest("smooth", case.SHARED | {"data.files": [str(file)]}, run, [entrant])
        for run in (settings, replace(settings, only="none"))
    )
    outcome = held.train(choice, 0, 1.0)
    assert outcome is not None
    assert outcome.epochs == 1
    assert other.train(choice, 0, 1.0) == outcome
    assert other.train(choice, 1, 1.0) is None
    assert other.paces == held.paces


def test_the_next_best_rate_where_a_long_training_diverges_then_the_best_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = {("small", 0.1): 0.5, ("small", 0.2): 0.3, ("small", 0.4): 0.4, ("large", 0.1): 0.35, ("large", 0.2): 0.7,
              ("large", 0.4): 0.6}
    entrant = Entrant("N", {"small": {}, "large": {}}, (0.1, 0.2, 0.4))

    def train(held: Contest, choice: Choice, seed: int, seconds: float, label: str = "") -> Outcome:
        long = seconds > 1
        status = "diverged" if long and (choice.size, choice.rate) == ("small", 0.2) else "finished"
        error = errors[choice.size, choice.rate] + (0.2 * seed if choice.rate == 0.2 else 0)
        return Outcome("", status, 1, 1, seconds, error / 10 if long and choice.size == "small" else error, [])

    monkeypatch.setattr(Contest, "train", train)
    held = Contest("c", {}, Settings(runs=str(tmp_path)), [entrant])

    def chosen(*arguments: float, seeds: int = 1) -> tuple[str, float] | None:
        choice, _ = held.choose(entrant, *arguments, seeds=seeds)
        return choice and (choice.size, choice.rate)

    assert chosen(1.0) == ("small", 0.2)
    assert chosen(1.0, seeds=2) == ("large", 0.1)
    assert chosen(1.0, 9.0) == ("small", 0.4)
    rows = held.choose(entrant, 1.0, 9.0)[1]
    assert [row["status"] for row in rows] == ["finished", "diverges in 9 s", "chosen"] + ["finished"] * 3
    after = [row.get("validation_percent_after_9_s") for row in rows]
    assert after == [None, None, pytest.approx(4.0), pytest.approx(35.0), None, None]


def test_flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_case(CASES, "operators_navier_stokes")
    options = {"hidden_channels": 2, "n_layers": 1, "boundary": "periodic", "location": "node"}
    tiny = case.settings_of("mgno", **options, steps=[[1, 0], [1, 0]])
    monkeypatch.setattr(case, "ENTRANTS", (Entrant("MgNO", {"2 channels": tiny}, (0.01,)),))
    main, tried = case.run(replace(small(tmp_path), repeats=1))
    (row,) = main.rows
    assert 0 < row["first_step_percent"] < row["rel_l2_percent"]
    assert tried.rows[0]["status"] == "chosen"
    network = case.Change(2, 1, "mgno", options)
    x = torch.rand(1, 2, 8, 8)
    assert torch.equal(network(x), x[:, :1] + network.network(x))


def test_the_level_above_keeps_what_it_can() -> None:
    """Full weighting keeps linear fields, splines cubic ones, lines bilinear ones, all zero at the far sides."""
    case = load_case(CASES, "operators_neuralop")
    coarse, fine = (np.meshgrid(np.arange(n) / n, np.arange(n) / n, indexing="ij") for n in (8, 16))
    x, y = fine
    restricted = case.full_weighting((x + 3 * y).astype(np.float32)[None, None])
    np.testing.assert_allclose(restricted[0, 0, 1:, 1:], (coarse[0] + 3 * coarse[1])[1:, 1:], atol=1e-6)
    for prolongate, power in ((case.splined, 3), (case.linear, 1)):
        there, here = ((1 - u**power) * (1 - v) for u, v in (coarse, fine))
        np.testing.assert_allclose(prolongate(there.astype(np.float32)[None, None])[0, 0], here, atol=1e-6)


def test_files_of_neuraloperator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_case(CASES, "operators_neuralop")
    folder = tmp_path / "data" / "neuraloperator-0.3.0" / case.neuraloperator.DATA
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(0)
    for part, count in (("train", 20), ("test", 4)):
        fine = {"x": torch.rand(count, 16, 16, generator=generator) > 0.5, "y": torch.rand(count, 16, 16) + 0.1}
        torch.save(fine, folder / f"darcy_{part}_32.pt")
        torch.save({name: values[:, ::2, ::2].clone() for name, values in fine.items()}, folder / f"darcy_{part}_16.pt")
    tiny = {"model.name": "fno", "model.hidden_channels": 2, "model.n_modes": [4, 4]}
    monkeypatch.setattr(case.neuraloperator, "register", lambda unpacked: False)
    monkeypatch.setattr(case, "MGNO", Entrant("MgNO", {"2": case.MGNO.sizes["12 channels"]}, (0.01,)))
    monkeypatch.setattr(case, "OWN", Entrant("FNO", {"2": tiny}, (0.01,)))
    main, even, finer, tried = case.run(replace(small(tmp_path), repeats=1))
    assert [row["seeds"] for row in main.rows] == [1, 1]
    assert [row["method"] for row in even.rows] == ["MgNO, symmetrised", f"{case.OWN.name}, symmetrised"]
    assert [row["method"] for row in finer.rows[:3]] == [
        "MgNO, itself", "MgNO, interpolated", "MgNO, one more level",
    ]
    assert [row["status"] for row in tried.rows] == ["chosen", "chosen"]
    assert main.curves == {}  # all samples are trained on, so there are none to draw a curve of
