"""Runs that train the learned cycle: what they take, that they go on bit for bit, and that solvers take them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sciml._errors import InputError
from sciml.cli.main import cli
from sciml.datasets.families import FAMILIES, random_system
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import DCDM, solve
from sciml.solvers.learned.weights import HOME, SHIPPED
from sciml.train import Status, resumed, started
from sciml.train.config import configured, read_config
from sciml.train.log import Silent
from sciml.train.trained import Trained

SMALL = {
    "model.name": "dcdm", "systems.resolution": 10, "systems.count": 4, "systems.validation": 1, "systems.steps": 2,
    "train.epochs": 2, "train.threads": 1,
}


def trained(path: Path, **changes: Any) -> Path:
    with started(configured(SMALL | changes), path) as loop:
        loop.train()
    return path


def test_goes_on_bit_for_bit_after_a_kill(tmp_path: Path) -> None:
    class Stops(Silent):
        def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
            if step == 3:
                raise KeyboardInterrupt

    with started(configured(SMALL | {"train.save_seconds": 0.0}), tmp_path / "killed") as loop:
        loop.watcher = Stops()
        with pytest.raises(KeyboardInterrupt):
            loop.train()
    with resumed(tmp_path / "killed") as loop:
        assert loop.at.step == 2
        assert loop.train() is Status.FINISHED
    expected = trained(tmp_path / "straight", **{"train.save_seconds": 0.0})
    for name in ("model.safetensors", "config.json"):
        assert (tmp_path / "killed" / name).read_bytes() == (expected / name).read_bytes()


def test_same_seed_same_weights_and_solvers_take_them(tmp_path: Path) -> None:
    one, two = (trained(tmp_path / name) for name in ("one", "two"))
    assert (one / "model.safetensors").read_bytes() == (two / "model.safetensors").read_bytes()
    A = poisson(Grid((16, 16, 16)), source=0.0).A
    b = np.random.default_rng(0).standard_normal(A.shape[0])
    assert solve(A, b, DCDM(weights=str(one))).converged
    arguments = ["solve", "--shape", "12,14,16", "--method", "dcdm", "--weights", str(one), "-q"]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    arguments[-2] = str(tmp_path / "none")
    assert CliRunner().invoke(cli, arguments).exit_code == 2


def test_predicts_no_fields(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--method dcdm --weights"):
        Trained.of(trained(tmp_path / "run", **{"train.epochs": 1}))


@pytest.mark.parametrize(("changes", "text"), [
    ({"systems.family": "obstacle"}, "obstacles"), ({"systems.dim": 1}, "systems.dim is 1"),
    ({"model.sweep": 3}, "has no argument 'sweep'"), ({"data.files": ["a.h5"]}, "makes its own systems"),
    ({"train.monitor": "rel_l2"}, "only metric"),
])
def test_bad_settings_are_told_before_anything_is_written(changes: dict[str, Any], text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=text), started(configured(SMALL | changes), tmp_path / "run"):
        pass
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("shape", [(9, 12), (8, 10, 7)])
@pytest.mark.parametrize("family", FAMILIES)
def test_families_follow_from_their_seed(family: str, shape: tuple[int, ...]) -> None:
    for seed in range(8):
        one, two = (random_system(family, shape, np.random.default_rng(seed)).A for _ in range(2))
        assert one.grid_shape == shape
        np.testing.assert_array_equal(one.diagonal(), two.diagonal())
        assert (one.diagonal() >= 0).all()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_tell_how_they_were_made(name: str) -> None:
    settings = read_config(HOME / name / "config.toml")
    assert settings["model.name"] == "dcdm"
    assert name == f"{settings['systems.family']}-{settings['systems.dim']}d"
