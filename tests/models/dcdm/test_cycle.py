"""The learned cycle in torch: the one that solvers run, with gradients that are those of differences."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sciml.datasets.families import random_system
from sciml.models.dcdm import LearnedCycle
from sciml.models.dcdm.boxes import product
from sciml.pde import StencilOperator
from sciml.solvers.learned.hierarchy import LearnedHierarchy
from sciml.solvers.learned.weights import Weights, load_weights
from sciml.train.tasks.cycle import CycleTask


def randomised(seed: int, size: float = 1.0) -> LearnedCycle:
    """Every weight from N(0, size), such that float32 holds it."""
    torch.manual_seed(seed)
    model = LearnedCycle()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, 0.0, size)
    return model.double()


def drawn(family: str, shape: tuple[int, ...], seed: int) -> tuple[StencilOperator, torch.Tensor]:
    """An operator and a right-hand side in its range."""
    A = random_system(family, shape, np.random.default_rng(seed)).A
    r = np.random.default_rng(seed + 1).standard_normal(A.shape[0]) * (A.diagonal() > 0)
    if A.nullspace is not None:
        A.nullspace.project(r)
    return A, torch.from_numpy(r.reshape(1, *A.variable().d.shape))


@pytest.mark.parametrize("shape", [(20, 24, 18), (17, 9, 13), (40, 33)])
@pytest.mark.parametrize("family", ["obstacles", "walls", "jumps"])
def test_equals_the_cycle_of_the_solver(family: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    A, r = drawn(family, shape, 1)
    model = randomised(2)
    model.float().save_pretrained(tmp_path)
    model.double()
    with torch.no_grad():
        z = model(model.hierarchy([A.variable()]), r)[0].numpy()
    expected = np.empty_like(z)
    LearnedHierarchy(A.variable(), load_weights(tmp_path), np.float64).apply(r[0].numpy(), expected)
    active = A.variable().d > 0
    np.testing.assert_allclose(z[active], expected[active], rtol=0, atol=1e-11 * np.abs(expected[active]).max())


def test_a_batch_is_its_operators_one_by_one() -> None:
    model = randomised(3, 0.5)
    pairs = [drawn("obstacles", (16, 12, 14), seed) for seed in (1, 2, 3)]
    stencils = [A.variable() for A, _ in pairs]
    with torch.no_grad():
        together = model(model.hierarchy(stencils), torch.cat([r for _, r in pairs]))
        alone = [model(model.hierarchy([A]), r) for A, (_, r) in zip(stencils, pairs, strict=True)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=1e-12)


def test_periodic_batches_do_not_touch_each_other() -> None:
    from sciml.mesh import Boundary, Grid
    from sciml.pde import poisson

    A = poisson(Grid((8, 6, 10), boundary={"x": Boundary("periodic")}), source=0.0).A
    box = randomised(0).hierarchy([A.variable()] * 2).boxes[0]
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 8, 6, 10)))
    np.testing.assert_allclose(product(box, x).numpy(), A.apply(x.numpy()), rtol=0, atol=1e-10)


@pytest.mark.parametrize("family", ["obstacles", "jumps"])
def test_gradients_are_those_of_differences(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rounding to bytes, which gradients pass over."""
    monkeypatch.setattr("sciml.models.dcdm.cycle._rounded", lambda value, base, step: value)
    A, r = drawn(family, (10, 8, 9), 4)
    model = randomised(5, 0.3)

    def value() -> torch.Tensor:
        z = model(model.hierarchy([A.variable()]), r)
        return (z * r).sum() / (r * r).sum()

    value().backward()
    rng = np.random.default_rng(0)
    for name, parameter in model.named_parameters():
        if name.split(".")[0] != "cell" and name.split(".")[1] == "0" and parameter.grad is not None:
            direction = torch.from_numpy(rng.standard_normal(tuple(parameter.shape)))
            ends = []
            for sign in (1, -1):
                with torch.no_grad():
                    parameter += sign * 1e-5 * direction
                    ends.append(float(value()))
                    parameter -= sign * 1e-5 * direction
            slope = float((parameter.grad * direction).sum())
            assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-9), name


def test_training_samples_follow_from_seed_epoch_and_index() -> None:
    task = CycleTask("mixed", (12, 10, 8), {"train": 4, "val": 2}, steps=2)
    first, again = (task.batch(np.array([1, 3]), 5) for _ in range(2))
    torch.testing.assert_close(first.e, again.e, rtol=0, atol=0)
    assert not torch.equal(first.e, task.batch(np.array([1, 3]), 6).e)
    val = task.indices("val")
    torch.testing.assert_close(task.batch(val, 0).e, task.batch(val, 7).e, rtol=0, atol=0)


def test_loss_is_the_factor_of_steepest_descent() -> None:
    task = CycleTask("obstacles", (12, 10, 8), {"train": 1, "val": 1}, steps=3)
    batch = task.batch(np.array([0]), 0)
    model = randomised(6, 0.2)
    A, stencil = batch.operators[0], batch.stencils[0]
    M = LearnedHierarchy(stencil, _saved(model), np.float64)
    e, z, factors = batch.e[0].numpy().copy(), np.empty(stencil.d.shape), []
    for _ in range(3):
        r = A.apply(e)
        M.apply(r, z)
        z *= stencil.d > 0
        left = e - np.vdot(r, z) / np.vdot(z, A.apply(z)) * z
        factors.append(np.sqrt(np.vdot(left, A.apply(left)) / np.vdot(e, r)))
        e = left
    assert task.loss(model, batch).item() == pytest.approx(np.exp(np.log(factors).mean()), rel=1e-9)


def _saved(model: LearnedCycle) -> Weights:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        model.float().save_pretrained(folder)
        model.double()
        return load_weights(folder)
