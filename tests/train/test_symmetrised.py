"""Means over symmetries: exact symmetry, the plain network where there is none, and the mean by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from trained_runs import train, train_darcy, write_darcy
from training import settings_for

from sciml.mesh import Grid
from sciml.train.augment import act, symmetries
from sciml.train.evaluate import evaluate
from sciml.train.symmetrised import inverse, symmetrised
from sciml.train.trained import Trained


@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 4, 4)])
def test_inverses(shape: tuple[int, ...]) -> None:
    x = torch.arange(4.0 ** len(shape)).reshape(1, *shape)
    for g in symmetries("d4", Grid(shape)):
        assert torch.equal(act(inverse(g), act(g, x)), x)
        assert inverse(inverse(g)) == g


def test_predictions_have_the_symmetries(tmp_path: Path) -> None:
    data = write_darcy(tmp_path / "darcy.h5")
    run = train(settings_for("unet", data, train__epochs=1, data__augment="d4"), tmp_path / "run")
    trained = Trained.of(run)
    even = symmetrised(trained)
    n = trained.grid.shape[0]
    x = np.random.default_rng(0).choice([3.0, 12.0], (2, 1, n, n)).astype(np.float32)
    u = even.predict(x)
    turned = even.predict(np.ascontiguousarray(x.swapaxes(2, 3)[..., ::-1])).swapaxes(2, 3)[:, :, ::-1]
    np.testing.assert_allclose(turned, u, rtol=1e-4, atol=1e-6)
    assert not np.allclose(trained.predict(x), u, rtol=1e-3)
    transposed = symmetrised(replace(trained, config=trained.config.changed({"data.augment": "transpose"})))
    other = trained.predict(np.ascontiguousarray(x.swapaxes(2, 3))).swapaxes(2, 3)
    np.testing.assert_allclose(transposed.predict(x), (trained.predict(x) + other) / 2, rtol=1e-4, atol=1e-6)
    report = evaluate(run, symmetrise=True).report
    assert report["symmetrised"] == "d4"
    assert report["metrics"]["rel_l2"]["mean"] != evaluate(run).report["metrics"]["rel_l2"]["mean"]


def test_without_symmetries_nothing_changes(tmp_path: Path) -> None:
    trained = Trained.of(train_darcy(tmp_path))
    assert symmetrised(trained) is trained
