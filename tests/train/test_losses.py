"""Losses and metrics against values computed by hand, stencils against their declared order."""

import numpy as np
import pytest
import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.train.build_linear import DIRECTION_LOSSES
from sciml.train.limits import CHOICES
from sciml.train.losses import LOSSES, REDUCTIONS, h1_fd, h1_fft20, h1_spectral, loss_of, reduce, rel_l2
from sciml.train.metrics import METRICS, max_error, nrmse, rmse, vrmse

PERIODIC = Boundary("periodic")


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def wave(n: int, k: int) -> Tensor:
    x = torch.arange(n, dtype=torch.float64) / n
    return torch.sin(2 * torch.pi * k * x)[:, None].expand(n, n)[None, None]


def test_metrics_by_hand() -> None:
    """Two samples, two channels of two points."""
    target = tensor([[[3, 4], [1, -1]], [[0, 2], [2, 2]]])
    pred = tensor([[[3, 1], [1, 1]], [[0, 2], [3, 1]]])
    grid = Grid((2,))
    expected = {
        rel_l2: [(13 / 27) ** 0.5, (2 / 12) ** 0.5],
        rmse: [(13 / 4) ** 0.5, (2 / 4) ** 0.5],
        nrmse: [(3 / 5 + 2**0.5) / 2, (0 + 1 / 2) / 2],
        vrmse: [((4.5 / (0.25 + 1e-7)) ** 0.5 + (2 / (1 + 1e-7)) ** 0.5) / 2, (0 + (1 / 1e-7) ** 0.5) / 2],
        max_error: [3, 1],
    }
    for function, values in expected.items():
        torch.testing.assert_close(function(pred, target, grid), tensor(values), rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    "function", dict.fromkeys([*LOSSES.values(), *METRICS.values()]), ids=lambda function: function.__name__
)
def test_a_sample_is_judged_alone_and_a_perfect_one_scores_0(function) -> None:
    torch.manual_seed(0)
    grid = Grid((6, 8), boundary=PERIODIC)
    target, pred = torch.randn(2, 3, 2, 6, 8, dtype=torch.float64)
    together = function(pred, target, grid)
    alone = torch.cat([function(pred[i : i + 1], target[i : i + 1], grid) for i in range(3)])
    assert together.shape == (3,)
    torch.testing.assert_close(together, alone, rtol=1e-13, atol=0)
    assert torch.equal(function(target, target, grid), torch.zeros(3, dtype=torch.float64))


@pytest.mark.parametrize("name", LOSSES)
def test_relative_losses_do_not_know_units(name: str) -> None:
    torch.manual_seed(1)
    grid = Grid((6, 7), (2.0, 3.0), boundary=PERIODIC)
    target, pred = torch.randn(2, 2, 1, 6, 7, dtype=torch.float64)
    loss = loss_of(name)
    torch.testing.assert_close(loss(1e3 * pred, 1e3 * target, grid), loss(pred, target, grid), rtol=1e-12, atol=0)
    torch.testing.assert_close(loss(0 * pred, target, grid), torch.ones(2, dtype=torch.float64), rtol=1e-12, atol=0)


@pytest.mark.parametrize(("k", "value"), [(1, 0.1), (5, 0.3606), (19, 1.3454), (20, 0.0707), (25, 0.0707)])
def test_low_pass_form_of_the_tables(k: int, value: float) -> None:
    """sqrt((1 + k^2) / 2) / 10 below 20, then the derivative is gone."""
    y = wave(64, 1)
    error = float(h1_fft20(y + 0.1 * wave(64, k), y, Grid((64, 64))))
    assert error == pytest.approx(value, abs=5e-5)
    assert error == pytest.approx(0.1 * ((1 + (k**2 if k < 20 else 0)) / 2) ** 0.5, rel=1e-12)


def test_low_pass_form_with_the_other_weight() -> None:
    y = wave(64, 1)
    assert float(h1_fft20(y + 0.1 * wave(64, 5), y, Grid((64, 64)), a=2.0)) == pytest.approx(0.1 * (101 / 5) ** 0.5)


@pytest.mark.parametrize("n", [63, 64])
def test_spectral_norm_grows_with_the_wave_number(n: int) -> None:
    y, grid = wave(n, 1), Grid((n, n), (2.0, 1.0), boundary=PERIODIC)
    errors = [float(h1_spectral(y + 0.1 * wave(n, k), y, grid)) for k in range(1, 31)]
    assert np.all(np.diff(errors) > 0)
    exact = [0.1 * ((1 + (np.pi * k) ** 2) / (1 + np.pi**2)) ** 0.5 for k in range(1, 31)]
    np.testing.assert_allclose(errors, exact, rtol=1e-10)


def test_spectral_norm_is_that_of_the_full_transform() -> None:
    """Modes left out by a real transform are counted by their twins; the Nyquist mode only once."""
    torch.manual_seed(2)
    for shape in [(6, 8), (5, 7), (4, 3, 6)]:
        grid = Grid(shape, boundary=PERIODIC)
        target, pred = torch.randn(2, 1, 1, *shape, dtype=torch.float64)
        k = torch.meshgrid(*(2 * torch.pi * torch.fft.fftfreq(n, 1 / n, dtype=torch.float64) for n in shape),
                           indexing="ij")
        w = (1 + sum(one**2 for one in k)) ** 0.5
        norms = [(w * torch.fft.fftn(u[0, 0])).abs().square().sum().sqrt() for u in (pred - target, target)]
        assert float(h1_spectral(pred, target, grid)) == pytest.approx(float(norms[0] / norms[1]), rel=1e-12)


def test_spectral_norm_needs_periodic_axes() -> None:
    u = torch.ones(1, 1, 4, 4)
    with pytest.raises(InputError, match="y is not"):
        h1_spectral(u, u, Grid((4, 4), boundary={"x": PERIODIC}))


def test_differences_by_hand() -> None:
    """u = x^2 on 4 cells of width 1: one-sided and central differences of second order are exact."""
    x = torch.arange(4, dtype=torch.float64) + 0.5
    u = (x**2)[None, None]
    e = 0.1 * (x**2 - x)[None, None]
    top = (0.01 * ((x**2 - x) ** 2 + (2 * x - 1) ** 2)).sum()
    assert float(h1_fd(u + e, u, Grid((4,), (4.0,)))) == pytest.approx(
        float((top / (x**4 + 4 * x**2).sum()).sqrt()), rel=1e-13
    )


def test_differences_wrap_around_where_the_grid_does() -> None:
    u = tensor([1, 0, 0, 0])[None, None]
    y = tensor([0, 1, 0, 0])[None, None]
    # central differences of width 1: u and its shift have |u|^2 = 1, |u'|^2 = 2 (1/2)^2; e = u - y
    top = 2 + (0.5**2 * 4)
    assert float(h1_fd(u, y, Grid((4,), (4.0,), boundary=PERIODIC))) == pytest.approx((top / 1.5) ** 0.5, rel=1e-13)
    assert float(h1_fd(u, y, Grid((4,), (4.0,)))) != pytest.approx((top / 1.5) ** 0.5, rel=1e-3)


def h1_exact() -> float:
    """Of the fields below, by Gauss quadrature."""
    points, weights = np.polynomial.legendre.leggauss(60)
    x, w = (points + 1) / 2, weights / 2
    X, Y = np.meshgrid(x, x, indexing="ij")
    W = np.outer(w, w)

    def square(a: float) -> float:
        u, ux = np.exp(X) * np.cos(a * Y), np.exp(X) * np.cos(a * Y)
        uy = -a * np.exp(X) * np.sin(a * Y)
        return float((W * (u**2 + ux**2 + uy**2)).sum())

    return 0.1 * (square(3.0) / square(2.0)) ** 0.5


@pytest.mark.parametrize("location", ["cell", "node"])
def test_differences_are_of_second_order(location) -> None:
    errors = []
    for n in (16, 32, 64):
        grid = Grid((n + (location == "node"), n), location=location)
        x, y = (torch.from_numpy(axis) for axis in grid.coordinates().values())
        target, e = (torch.exp(x) * torch.cos(a * y) for a in (2.0, 3.0))
        found = float(h1_fd((target + 0.1 * e)[None, None], target[None, None], grid))
        errors.append(abs(found - h1_exact()))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert np.all(abs(orders - 2) < 0.15), orders


def test_differences_are_of_second_order_on_periodic_axes() -> None:
    errors = []
    for n in (16, 32, 64):
        found = float(h1_fd(wave(n, 1) + 0.1 * wave(n, 2), wave(n, 1), Grid((n, n), boundary=PERIODIC)))
        errors.append(abs(found - 0.1 * ((1 + 16 * np.pi**2) / (1 + 4 * np.pi**2)) ** 0.5))
    assert np.all(abs(np.log2(np.divide(errors[:-1], errors[1:])) - 2) < 0.15)


def test_too_few_points_for_differences() -> None:
    u = torch.ones(1, 1, 2, 5)
    with pytest.raises(InputError, match="axis x has 2"):
        h1_fd(u, u, Grid((2, 5)))


def test_reduction_is_explicit() -> None:
    values = tensor([1, 2, 6])
    assert float(reduce(values, "mean")) == 3
    assert float(reduce(values, "sum")) == 9
    with pytest.raises(InputError, match="none"):
        reduce(values, "none")


def test_unknown_losses_name_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'h1_fd'"):
        loss_of("h1fd")


def test_settings_know_the_losses() -> None:
    """They are listed there once more, so that settings are checked without torch."""
    assert CHOICES["loss.name"] == (*LOSSES, *DIRECTION_LOSSES)
    assert CHOICES["loss.reduction"] == REDUCTIONS
