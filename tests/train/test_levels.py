"""Levels above the network of a run: averages of the prediction stay, and the right input is the medium."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from trained_runs import train, train_darcy, write_darcy
from training import settings_for

from sciml._errors import InputError
from sciml.models.mgno import Refined
from sciml.train.evaluate import evaluate
from sciml.train.levels import with_levels
from sciml.train.trained import Trained


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    data = write_darcy(folder / "darcy.h5")
    return train(settings_for("mgno", data, train__epochs=1, model__steps=[[1, 0], [2, 0]]), folder / "run")


def media() -> NDArray[Any]:
    return np.random.default_rng(0).choice([3.0, 12.0], (2, 1, 24, 24))


def averaged(u: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(u.reshape(*u.shape[:2], u.shape[2] // 2, 2, -1, 2).mean((3, 5)))


def test_averages_are_the_prediction_on_wider_cells(run: Path) -> None:
    trained, a = Trained.of(run), media()
    coarse = trained.predict(averaged(a))
    fine = with_levels(trained, 1)
    np.testing.assert_allclose(averaged(fine.predict(a)), coarse, rtol=1e-5, atol=1e-6 * np.abs(coarse).max())
    assert fine.parameters == trained.parameters
    assert with_levels(trained, 0) is trained


def test_the_equation_tells_which_input_is_the_medium(run: Path) -> None:
    trained, a = Trained.of(run), media()
    blind = with_levels(replace(trained, record={**trained.record, "equation": None}), 1)
    fine: Any = with_levels(trained, 1)
    assert not np.allclose(fine.predict(a), blind.predict(a), rtol=1e-3)
    x = torch.from_numpy(a.astype(np.float32))
    with torch.inference_mode():
        parabola, seen = Refined(fine.model.model)(x).numpy(), Refined(fine.model.model, 0)(x).numpy()
    np.testing.assert_allclose(blind.predict(a), parabola, rtol=1e-6, atol=0)
    np.testing.assert_allclose(fine.predict(a), seen, rtol=1e-5, atol=1e-7)


def test_evaluation_with_levels(run: Path) -> None:
    finer = write_darcy(run.parent / "finer.h5", 24)
    found = evaluate(run, [finer], levels=1)
    assert (found.report["levels"], found.report["resolution"]) == (1, [24, 24])
    assert found.report["metrics"]["rel_l2"]["mean"] != evaluate(run, [finer]).report["metrics"]["rel_l2"]["mean"]


def test_what_levels_do_not_fit_is_refused(run: Path, tmp_path: Path) -> None:
    trained = Trained.of(run)
    with pytest.raises(InputError, match="-1 levels"):
        with_levels(trained, -1)
    masked = replace(trained, record={**trained.record, "inputs": ["mask"]})
    with pytest.raises(InputError, match="meaning of 'mask'"):
        with_levels(masked, 1)
    other = Trained.of(train_darcy(tmp_path, train__epochs=1))
    with pytest.raises(InputError, match="holds unet"):
        with_levels(other, 1)
