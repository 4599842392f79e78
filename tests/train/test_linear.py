"""Search directions: their losses against identities and gradients, and runs that train them."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from training import write_small

from sciml._errors import InputError
from sciml.datasets import open_dataset
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.ritz import Ritz
from sciml.kernels.torch import stencil_apply
from sciml.mesh import Boundary, Grid
from sciml.models.dcdm import PublishedDCDM
from sciml.pde import poisson
from sciml.train import Config, Status, resumed, started
from sciml.train.build_linear import prepare_linear
from sciml.train.evaluate import evaluate
from sciml.train.line_search import energy_loss, residual_loss
from sciml.train.log import Silent
from sciml.train.samples import join
from sciml.train.state import load_state
from sciml.train.tasks.linear import LinearTask, Systems
from sciml.train.trained import Trained


def systems(batch: int = 3) -> tuple[Any, Tensor, Tensor, Tensor]:
    """A box held on two sides, right-hand sides b, solutions x and directions f."""
    A = poisson(Grid((5, 4, 3), boundary={"y": Boundary("neumann")}), source=0.0).A
    rng = np.random.default_rng(0)
    x, f = rng.standard_normal((2, batch, 1, *A.grid_shape))
    b = np.asarray(A.apply(x))
    size = np.linalg.norm(b.reshape(batch, -1), axis=1).reshape(-1, 1, 1, 1, 1)
    return A, torch.from_numpy(b / size), torch.from_numpy(x / size), torch.from_numpy(f)


def test_losses_are_what_one_step_leaves() -> None:
    A, b, x, f = systems()
    Af = stencil_apply(A.stencil, f)
    left, energies = residual_loss(f, b, Af).numpy(), energy_loss(f, b, Af, x).numpy()
    dense = A.tocsr().toarray()
    for k, (one, u, q) in enumerate(zip(*(part.numpy().reshape(3, -1) for part in (b, x, f)), strict=True)):
        e = u - q * (q @ one) / (q @ dense @ q)
        assert left[k] == pytest.approx(np.linalg.norm(dense @ e) ** 2, rel=1e-12)
        assert energies[k] == pytest.approx((e @ dense @ e) / (u @ dense @ u), rel=1e-12)
        Aq = dense @ q
        expanded = 1 - (q @ one) * 2 * (one @ Aq) / (q @ Aq) + (q @ one) ** 2 * (Aq @ Aq) / (q @ Aq) ** 2
        assert left[k] == pytest.approx(expanded, rel=1e-12)


@pytest.mark.parametrize("scale", [-1.0, 1e-6, 3e5])
def test_losses_know_neither_length_nor_sign(scale: float) -> None:
    A, b, x, f = systems()
    Af = stencil_apply(A.stencil, f)
    torch.testing.assert_close(residual_loss(scale * f, b, scale * Af), residual_loss(f, b, Af), rtol=1e-12, atol=0)
    torch.testing.assert_close(energy_loss(scale * f, b, scale * Af, x), energy_loss(f, b, Af, x), rtol=1e-12, atol=0)
    torch.testing.assert_close(
        residual_loss(f, scale * b, Af), residual_loss(f, b, Af), rtol=1e-12, atol=0, msg="nor the length of b"
    )


def test_the_solution_as_direction_leaves_nothing() -> None:
    _, b, x, _ = systems()
    assert float(residual_loss(-2 * x, b, -2 * b).max()) < 1e-28
    assert float(energy_loss(-2 * x, b, -2 * b, x).abs().max()) < 1e-14


def test_gradients_of_losses() -> None:
    A, b, x, f = systems(2)
    f.requires_grad_()
    assert torch.autograd.gradcheck(lambda f: residual_loss(f, b, stencil_apply(A.stencil, f)), (f,))
    assert torch.autograd.gradcheck(lambda f: energy_loss(f, b, stencil_apply(A.stencil, f), x), (f,))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ritz") / "ritz.h5"
    generate(Order("ritz", Ritz(40), samples=40, resolution=8, seed=1), path)
    return path


def test_a_batch_holds_systems_of_norm_one(data: Path) -> None:
    with open_dataset(data) as opened:
        samples = join([opened])
        A = poisson(samples.grid, source=0.0).A
        task = LinearTask(samples, A)
        b, x = task.batch(np.array([3, 1]), 0)
        np.testing.assert_allclose(np.linalg.norm(b.numpy().reshape(2, -1), axis=1), 1, rtol=1e-6)
        np.testing.assert_allclose(A.apply(x.numpy()[:, 0]), b.numpy()[:, 0], atol=1e-5)
        assert task.sizes == {"train": 32, "val": 4, "test": 4}
        model = PublishedDCDM("64", hidden_channels=2)
        found = task.evaluate(model, task.indices("val"))
        expected = task.losses(model(task.batch(task.indices("val"), 0).b), task.batch(task.indices("val"), 0))
        for name in ("residual", "energy"):
            np.testing.assert_allclose(found[name], expected[name].detach().double(), rtol=1e-6)
        np.testing.assert_array_equal(found["loss"], found["residual"])
        single = task.losses(b, Systems(b, x))
        double = task.losses(b.double(), Systems(b.double(), x.double()))
        for name in single:
            torch.testing.assert_close(single[name].double(), double[name], rtol=1e-3, atol=1e-4)


def settings(data: Path, **more: Any) -> Config:
    base = {
        "model.name": "dcdm-published", "model.hidden_channels": 2, "model.linear": True, "data.files": [str(data)],
        "train.epochs": 3, "train.batch_size": 8, "train.threads": 1, "train.save_seconds": 0.0, "optimiser.lr": 0.01,
    }
    return Config().changed(base | {key.replace("__", "."): value for key, value in more.items()})


def test_training_lowers_the_loss_and_resumes_in_the_same_bits(data: Path, tmp_path: Path) -> None:
    class Stops(Silent):
        def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
            if step == 5:
                raise KeyboardInterrupt

    with started(settings(data), tmp_path / "straight") as loop:
        assert loop.train() is Status.FINISHED
        rows = loop.run.log.rows
        assert loop.config.train.monitor == "residual"
        assert loop.at.best == min(row["val_residual"] for row in rows)
        assert rows[-1]["val_residual"] < rows[0]["val_residual"] < 1
        assert loop.run.record()["task"] == "linear"
        assert isinstance(loop.run.model(), PublishedDCDM)
    with started(settings(data), tmp_path / "killed") as loop:
        loop.watcher = Stops()
        with pytest.raises(KeyboardInterrupt):
            loop.train()
    with resumed(tmp_path / "killed") as loop:
        assert loop.at.step == 4
        assert loop.train() is Status.FINISHED
    one, other = (load_state(tmp_path / name / "last" / "state.safetensors") for name in ("straight", "killed"))
    for part in ("model", "ema"):
        assert all(torch.equal(one["engine"][part][key], value) for key, value in other["engine"][part].items())
    names = ("straight/model.safetensors", "killed/model.safetensors")
    assert (tmp_path / names[0]).read_bytes() == (tmp_path / names[1]).read_bytes()


def test_the_energy_can_be_minimised(data: Path, tmp_path: Path) -> None:
    with started(settings(data, loss__name="energy", train__epochs=1), tmp_path / "run") as loop:
        assert loop.train() is Status.FINISHED
        row = loop.run.log.rows[-1]
        assert row["val_loss"] == row["val_energy"] == loop.at.best


@pytest.mark.parametrize(("given", "text"), [
    ({"model.hidden": 3}, "did you mean 'hidden_channels'"), ({"model.ndim": 2}, r"model\.ndim is 2"),
    ({"model.network": "63"}, "use 64 or 128"), ({"data.augment": "d4"}, "augment is d4"),
    ({"train.device": "cuda"}, "no CUDA device"), ({"data.files": []}, "sciml data generate ritz"),
    ({"loss.name": "rel_l2"}, "use residual or energy"), ({"train.monitor": "nrmse"}, "use residual, energy"),
])
def test_settings_that_do_not_fit_are_refused(data: Path, given: dict[str, Any], text: str) -> None:
    with ExitStack() as stack, pytest.raises(InputError, match=text):
        prepare_linear(settings(data).changed(given), stack)


def test_data_of_other_problems_are_refused(tmp_path: Path) -> None:
    path = write_small(tmp_path / "small.h5")
    with ExitStack() as stack, pytest.raises(InputError, match="holds no right-hand sides of one system"):
        prepare_linear(settings(path), stack)


def test_the_conditioned_network_trains_on_the_same_data(data: Path, tmp_path: Path) -> None:
    config = Config().changed({
        "model.name": "dcdm-conditioned", "model.n_layers": 1, "data.files": [str(data)], "train.epochs": 2,
        "train.batch_size": 8, "train.threads": 1, "optimiser.lr": 0.01,
    })
    with started(config, tmp_path / "run") as loop:
        assert loop.train() is Status.FINISHED
        first, last = loop.run.log.rows
        assert last["val_residual"] < first["val_residual"] < 1
        assert loop.run.model().config == {"n_layers": 1, "ndim": 3}


def test_fields_cannot_be_predicted(data: Path, tmp_path: Path) -> None:
    with started(settings(data, train__epochs=1), tmp_path / "run") as loop:
        loop.train()
    for use in (Trained.of, evaluate):
        with pytest.raises(InputError, match=r"sciml\.solvers\.Directions"):
            use(tmp_path / "run")
