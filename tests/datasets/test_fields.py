"""Random fields: moments, covariances, fractions, seeds."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.datasets import fields

MAKERS: dict[str, Callable[..., Any]] = {
    "gaussian_field": fields.gaussian_field,
    "matern_field": fields.matern_field,
    "lognormal": fields.lognormal,
    "inclusions": partial(fields.inclusions, contrast=1e4),
    "permeability": fields.permeability,
    "porous_mask": fields.porous_mask,
    "random_mask": fields.random_mask,
    "obstacles": fields.obstacles,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("shape", [(1,), (17,), (12, 9), (6, 1, 11)], ids=str)
def test_a_seed_fixes_the_field(make: Callable[..., Any], shape: tuple[int, ...]) -> None:
    first, again, other = make(shape, seed=4), make(shape, seed=4), make(shape, seed=5)
    assert first.shape == shape
    assert first.dtype in (np.float64, np.bool_)
    np.testing.assert_array_equal(first, again)
    assert np.all(np.isfinite(first))
    if first.size > 50 and make is not fields.obstacles:
        assert np.any(first != other)


def ensemble(make: Callable[..., Any], shape: tuple[int, ...], count: int, **options: Any) -> np.ndarray:
    return np.array([make(shape, seed=seed, **options) for seed in range(count)])


@pytest.mark.parametrize("shape", [(31,), (32,), (14, 15), (8, 9, 10)], ids=str)
def test_variance_and_covariance_are_those_of_the_formula(shape: tuple[int, ...]) -> None:
    length = 2.0
    g = ensemble(fields.gaussian_field, shape, max(300, 30000 // shape[0]), length=length)
    assert abs(g.mean()) < 0.05
    for lag in range(4):
        measured = np.mean(g * np.roll(g, lag, axis=-1))
        assert measured == pytest.approx(np.exp(-(lag**2) / (2 * length**2)), abs=0.06)


@pytest.mark.parametrize("lag", [0, 3, 8, 12])
def test_exponential_covariance(lag: int) -> None:
    g = ensemble(fields.matern_field, (96, 96), 60, length=8.0)
    assert np.mean(g * np.roll(g, lag, axis=1)) == pytest.approx(np.exp(-lag / 8.0), abs=0.06)


def test_anisotropic_lengths_follow_their_axes() -> None:
    g = ensemble(fields.gaussian_field, (48, 48), 20, length=(8.0, 1.0))
    along, across = np.mean(g * np.roll(g, 3, axis=1)), np.mean(g * np.roll(g, 3, axis=2))
    assert along == pytest.approx(np.exp(-9 / 128), abs=0.05)
    assert across == pytest.approx(np.exp(-9 / 2), abs=0.05)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_fractions_are_met_to_one_cell(n: int, m: int, fraction: float) -> None:
    mask = fields.porous_mask((n, m), fraction, length=3.0, seed=n)
    assert mask.sum() == round(fraction * n * m)
    k = fields.inclusions((n, m), contrast=7.0, fraction=fraction, length=3.0, seed=n)
    np.testing.assert_array_equal(k == 7.0, mask)
    assert set(np.unique(k)) <= {1.0, 7.0}


def test_random_mask_has_independent_cells() -> None:
    mask = fields.random_mask((200, 200), 0.3, seed=2).astype(float)
    assert mask.mean() == pytest.approx(0.3, abs=0.01)
    assert np.corrcoef(mask[:, :-1].ravel(), mask[:, 1:].ravel())[0, 1] == pytest.approx(0, abs=0.02)


def test_lognormal_is_the_exponential_of_the_gaussian_field() -> None:
    g = fields.gaussian_field((9, 8), 3.0, seed=1)
    np.testing.assert_allclose(fields.lognormal((9, 8), sigma=2.0, length=3.0, seed=1), np.exp(2 * g))


@pytest.mark.parametrize("contrast", [1.0, 10.0, 1e6])
def test_permeability_spans_the_contrast(contrast: float) -> None:
    k = fields.permeability((20, 30), contrast, length=(4, 8))
    assert k.max() / k.min() == pytest.approx(contrast)
    assert k.max() * k.min() == pytest.approx(1.0)


def test_first_obstacle_is_a_ball() -> None:
    size = 0.2
    active = fields.obstacles((64, 64), count=1, seed=3, size=(size, size))
    centre = np.random.default_rng(3).random(2) * 64
    i, j = np.indices((64, 64)) + 0.5
    np.testing.assert_array_equal(active, np.hypot(i - centre[0], j - centre[1]) > size * 64)


def test_second_obstacle_is_a_box() -> None:
    one, two = (fields.obstacles((80, 80), count=n, seed=0, size=(0.1, 0.1)) for n in (1, 2))
    rows, columns = np.nonzero(one & ~two)
    assert len(rows)
    inside = two[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert not inside.any()


@pytest.mark.parametrize(("call", "text"), [
    (lambda: fields.gaussian_field((4, 4), length=0.0), "length is 0.0"),
    (lambda: fields.gaussian_field((4, 4), length=(1.0, 2.0, 3.0)), "one per axis"),
    (lambda: fields.gaussian_field((4, 0)), "without cells"),
    (lambda: fields.matern_field((4, 4), smoothness=0.0), "smoothness is 0.0"),
    (lambda: fields.inclusions((4, 4), contrast=-1.0), "contrast is -1.0"),
    (lambda: fields.inclusions((4, 4), contrast=2.0, fraction=1.5), "fraction is 1.5"),
    (lambda: fields.permeability((4, 4), contrast=0.5), "contrast is 0.5"),
    (lambda: fields.random_mask((4, 4), fraction=-0.1), "fraction is -0.1"),
    (lambda: fields.obstacles((4, 4), count=-1), "count is -1"),
])
def test_bad_input(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        call()
