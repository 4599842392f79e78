"""Normalisation, order of samples, symmetries, learning rate, checkpoints and logs."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.train.augment import AUGMENTATIONS, act, chosen, symmetries
from sciml.train.config import OptimiserConfig, ScheduleConfig
from sciml.train.engine import Engine
from sciml.train.limits import CHOICES
from sciml.train.log import MetricLog
from sciml.train.normalise import Normaliser
from sciml.train.reproducible import reproducible
from sciml.train.sampler import Sampler
from sciml.train.schedule import learning_rate
from sciml.train.state import VERSION, load_state, save_state


@given(st.integers(1, 40), st.integers(1, 7), st.floats(-1e6, 1e6))
def test_normalisation_is_that_of_all_training_values(count: int, chunk: int, mean: float) -> None:
    values = np.random.default_rng(0).normal(mean, 2.0, (count, 2, 3))
    fitted = Normaliser.fit(values[start : start + chunk] for start in range(0, count, chunk))
    np.testing.assert_allclose(fitted.mean, values.mean((0, 2)), rtol=1e-12)
    np.testing.assert_allclose(fitted.std, values.std((0, 2), ddof=1), rtol=1e-8)


def test_normalisation_of_what_does_not_vary() -> None:
    fitted = Normaliser.fit([np.full((4, 1, 5), 0.1)])
    assert fitted.std == (1.0,)
    assert fitted.encode(torch.full((1, 1, 2), 0.1)).abs().max() < 1e-7


@given(st.integers(1, 50), st.integers(1, 20), st.integers(0, 3))
def test_every_sample_once_an_epoch(size: int, batch_size: int, seed: int) -> None:
    sampler = Sampler(size, batch_size, seed)
    for epoch in range(3):
        steps = range(epoch * sampler.steps, (epoch + 1) * sampler.steps)
        found = [sampler.batch(step) for step in steps]
        assert {number for number, _ in found} == {epoch}
        assert sorted(np.concatenate([part for _, part in found])) == list(range(size))


def test_orders_differ_between_epochs_and_seeds() -> None:
    orders = [tuple(Sampler(50, 8, seed).order(epoch)) for seed in (0, 1) for epoch in (0, 1)]
    assert len({*orders}) == 4


@pytest.mark.parametrize(("name", "ndim", "count"), [
    ("none", 2, 1), ("transpose", 2, 2), ("flip", 2, 4), ("d4", 2, 8), ("d4", 1, 2), ("d4", 3, 48), ("transpose", 3, 6),
])
def test_symmetries_form_a_group(name: str, ndim: int, count: int) -> None:
    group = symmetries(name, Grid((3,) * ndim))
    x = torch.arange(3.0**ndim).reshape(1, *(3,) * ndim)
    images = {tuple(act(g, x).flatten().tolist()) for g in group}
    assert len(images) == len(group) == count
    assert torch.equal(act(group[0], x), x)
    products = {tuple(act(g, act(h, x)).flatten().tolist()) for g in group for h in group}
    assert products == images


def test_symmetries_map_solutions_to_solutions() -> None:
    """A and b of a Darcy problem turned by g are A and b of the turned coefficient."""
    rng = np.random.default_rng(0)
    grid, k, u = Grid((5, 5)), np.exp(rng.normal(size=(5, 5))), torch.from_numpy(rng.normal(size=(1, 5, 5)))
    before = torch.from_numpy((poisson(grid, coefficient=k).A @ u.numpy().ravel()).reshape(1, 5, 5))
    for g in symmetries("d4", grid):
        turned = np.ascontiguousarray(act(g, torch.from_numpy(k)[None])[0].numpy())
        after = poisson(grid, coefficient=turned).A @ np.ascontiguousarray(act(g, u).numpy()).ravel()
        np.testing.assert_allclose(after.reshape(1, 5, 5), act(g, before).numpy(), rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize(("name", "grid"), [
    ("transpose", Grid((4, 5))), ("d4", Grid((4, 4), (1.0, 2.0))),
    ("flip", Grid((4, 5), boundary={"x-": Boundary("neumann")})),
    ("transpose", Grid((4, 4), boundary={"x": Boundary("periodic")})), ("turn", Grid((4, 4))),
])
def test_symmetries_that_the_grid_does_not_have_are_refused(name: str, grid: Grid) -> None:
    with pytest.raises(InputError, match="augmentation"):
        symmetries(name, grid)


def test_choice_among_symmetries_is_even_and_of_every_epoch_anew() -> None:
    counts = np.bincount([chosen(8, 0, epoch, sample) for epoch in range(20) for sample in range(100)], minlength=8)
    assert counts.min() > 200
    assert [chosen(8, 0, 0, s) for s in range(20)] != [chosen(8, 0, 1, s) for s in range(20)]
    assert [chosen(8, 0, 0, s) for s in range(20)] != [chosen(8, 1, 0, s) for s in range(20)]


def test_settings_know_the_augmentations() -> None:
    assert CHOICES["data.augment"] == AUGMENTATIONS


@given(st.integers(2, 300), st.floats(0.0, 1.0))
def test_learning_rate_rises_to_its_peak_and_falls(total: int, warmup: float) -> None:
    schedule = ScheduleConfig(warmup, 10.0, 100.0)
    rates = [learning_rate(step, total, 1.0, schedule) for step in range(total)]
    top = int(np.argmax(rates))
    assert np.all(np.diff(rates[: top + 1]) >= 0)
    assert np.all(np.diff(rates[top:]) <= 1e-12)
    assert max(rates) <= 1.0
    if 0 < warmup < 1:
        assert rates[0] == pytest.approx(0.1)
        assert rates[-1] == pytest.approx(0.01)


def test_learning_rate_agrees_with_that_of_torch() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 1.0, total_steps=51, pct_start=0.22, div_factor=10.0, final_div_factor=10.0, cycle_momentum=False
    )
    for step in range(51):
        # Their rise ends at step pct * 51 - 1 = 10.22, ours at the part 10.22 / 50 of the way.
        assert learning_rate(step, 51, 1.0, ScheduleConfig(10.22 / 50, 10.0, 100.0)) == pytest.approx(
            theirs.get_last_lr()[0], rel=1e-9
        )
        optimiser.step()
        if step < 50:
            theirs.step()


def test_checkpoint_gives_back_what_was_saved(tmp_path: Path) -> None:
    shared = torch.randn(3, 2)
    state = {"a": [shared, shared.T, {"n": 3, "x": 0.1, "none": None}], "flag": True, "bytes": torch.get_rng_state()}
    save_state(tmp_path / "s", state)
    back = load_state(tmp_path / "s")
    assert torch.equal(back["a"][0], shared)
    assert torch.equal(back["a"][1], shared.T)
    assert back["a"][2] == state["a"][2]
    assert back["flag"] is True
    assert torch.equal(back["bytes"], state["bytes"])


def test_checkpoints_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with pytest.raises(InputError, match="does not exist"):
        load_state(path)
    save_state(path, {"x": torch.ones(100)})
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    with pytest.raises(InputError, match="damaged"):
        load_state(path)
    path.write_bytes(whole.replace(b'"version":"%d"' % VERSION, b'"version":"9"'))
    with pytest.raises(InputError, match="version 9"):
        load_state(path)
    path.write_bytes(whole.replace(b'"checkpoint"', b'"chequebook"'))
    with pytest.raises(InputError, match="no checkpoint"):
        load_state(path)


def test_metrics_are_the_same_in_both_files(tmp_path: Path) -> None:
    log = MetricLog(tmp_path)
    log.add({"epoch": 1, "a": 0.5})
    log.add({"epoch": 2, "a": float("nan"), "b": 1.0})
    log.add({"epoch": 2, "a": 0.25, "b": 1.0})
    assert (tmp_path / "metrics.csv").read_text() == "epoch,a,b\n1,0.5,\n2,0.25,1.0\n"
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert rows == MetricLog(tmp_path).rows == [{"epoch": 1, "a": 0.5}, {"epoch": 2, "a": 0.25, "b": 1.0}]


def linear(**more: object) -> Engine:
    torch.manual_seed(0)
    return Engine(torch.nn.Linear(2, 1), OptimiserConfig(**more))  # type: ignore[arg-type]


def test_accumulated_batches_are_one_batch() -> None:
    x, y = torch.randn(8, 2), torch.randn(8, 1)
    whole, parts = linear(), linear()
    for _ in range(3):
        a = whole.step([lambda m: (m(x) - y).square().mean()], 0.1)
        b = parts.step([lambda m, s=s: (m(x[s]) - y[s]).square().mean() for s in (slice(0, 4), slice(4, 8))], 0.1)
        assert a == pytest.approx(b, rel=1e-6)
    for p, q in zip(whole.model.parameters(), parts.model.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-5, atol=1e-6)


def test_step_is_that_of_adamw_with_clipped_gradient_and_mean() -> None:
    engine = linear(clip=0.5, ema=0.9, weight_decay=0.01)
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    mean = [p.detach().clone() for p in model.parameters()]
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    for step in range(1, 15):
        engine.step([lambda m: 100 * m(torch.ones(1, 2)).sum()], 0.01 / step)
        optimiser.zero_grad()
        (100 * model(torch.ones(1, 2)).sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimiser.param_groups[0]["lr"] = 0.01 / step
        optimiser.step()
        decay = min(0.9, (1 + step) / (10 + step))
        mean = [decay * m + (1 - decay) * p.detach() for m, p in zip(mean, model.parameters(), strict=True)]
    for found, expected in zip(engine.ema.parameters(), mean, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)
    assert not torch.equal(engine.ema.weight, engine.model.weight)


@pytest.mark.parametrize(
    "loss", [lambda m: m(torch.full((1, 2), torch.nan)).sum(), lambda m: (m.weight * 0).sqrt().sum()]
)
def test_steps_without_a_finite_loss_or_gradient_are_not_made(loss) -> None:
    engine = linear()
    before = engine.model.weight.clone()
    assert np.isnan(engine.step([loss], 0.1))
    assert torch.equal(engine.model.weight, before)


@pytest.mark.parametrize("autocast", ["bfloat16", "float16"])
def test_forward_passes_in_half_precision(autocast: str) -> None:
    engine = Engine(torch.nn.Linear(2, 1), OptimiserConfig(), autocast)
    seen = []
    engine.step([lambda m: seen.append(m(torch.ones(1, 2)).dtype) or m(torch.ones(1, 2)).float().sum()], 0.1)
    assert str(seen[0]) == f"torch.{autocast}"
    assert engine.model.weight.dtype == torch.float32
    assert engine.scaler.is_enabled() is (autocast == "float16")


def test_threads_and_random_numbers_are_as_before_afterwards() -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with reproducible(3, 5, None):
        assert torch.get_num_threads() == 3
        torch.rand(1)
        middle = torch.get_rng_state()
        following = torch.rand(2)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    with reproducible(1, 99, middle):
        assert torch.equal(torch.rand(2), following)
