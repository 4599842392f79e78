"""Networks with fewer levels, and with one more."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.mgno import MgNO
from sciml.models.mgno.energy import least_energy
from sciml.models.mgno.levels import Refined, truncated
from sciml.models.mgno.sides import axis_rules

STEPS = [[1, 1], [1, 0], [1, 1], [2, 0]]


def network(**arguments: Any) -> MgNO:
    torch.manual_seed(0)
    return MgNO(**{"hidden_channels": 6, "n_layers": 2, "steps": STEPS, **arguments}).double()


def averaged(u: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(u, 2)


def test_truncated_networks_are_those_of_small_grids() -> None:
    model = network(restriction="fas", bias=True)
    small = truncated(model, 2)
    x, fine = torch.randn(1, 1, 5, 3, dtype=torch.float64), torch.ones(1, 1, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        assert torch.equal(small(x), model(x))
        assert not torch.allclose(small(fine), model(fine))
    with pytest.raises(InputError, match="5 levels"):
        truncated(model, 5)


@pytest.mark.parametrize("coefficient", [None, 1])
@pytest.mark.parametrize("boundary", ["dirichlet", "periodic", {"x": "neumann"}])
def test_a_level_more_keeps_the_averages_of_the_prediction(boundary: Any, coefficient: int | None) -> None:
    model = network(boundary=boundary, in_channels=2)
    x = 0.1 + torch.rand(2, 2, 24, 16, dtype=torch.float64)
    with torch.no_grad():
        coarse = model(averaged(x))
        torch.testing.assert_close(averaged(Refined(model, coefficient)(x)), coarse, rtol=1e-13, atol=1e-14)
        twice = Refined(Refined(model, coefficient), coefficient)(x)
        torch.testing.assert_close(averaged(averaged(twice)), model(averaged(averaged(x))), rtol=1e-13, atol=1e-14)


def test_a_level_more_sees_the_medium_in_its_channel() -> None:
    model, axes = network(in_channels=2), axis_rules("dirichlet", 2, dirichlet="odd")
    x = 0.1 + torch.rand(1, 2, 8, 8, dtype=torch.float64)
    with torch.no_grad():
        expected = least_energy(Refined(model)(x), x[:, 1:], axes, (1, 3))
        assert torch.equal(Refined(model, 1, (1, 3))(x), expected)
        assert not torch.allclose(Refined(model, 1)(x), expected)


def test_the_prolongation_is_of_third_order() -> None:
    """Averages of u = (x - x^2) sin(pi y), odd in y at the Dirichlet sides and in x to second order."""

    def averages(n: int) -> Tensor:
        faces = torch.linspace(0, 1, n + 1, dtype=torch.float64)
        a = (faces**2 / 2 - faces**3 / 3).diff() * n
        b = (-torch.cos(torch.pi * faces) / torch.pi).diff() * n
        return (a[:, None] * b)[None, None]

    refined = Refined(network())
    errors = []
    for n in (16, 32, 64):
        refined.model = Known(averages(n))
        error = (refined(torch.zeros(1, 1, 2 * n, 2 * n, dtype=torch.float64)) - averages(2 * n))[..., 2:-2, :]
        errors.append(float(error.abs().max()))
    assert errors[0] / errors[1] > 7.5
    assert errors[1] / errors[2] > 7.5


class Known(nn.Module):
    """A network that always says the same."""

    def __init__(self, u: Tensor) -> None:
        super().__init__()
        self.u = u

    def forward(self, x: Tensor) -> Tensor:
        return self.u


def test_what_a_level_cannot_take_is_refused() -> None:
    with pytest.raises(InputError, match="even sizes"):
        Refined(network())(torch.zeros(1, 1, 9, 8, dtype=torch.float64))
    with pytest.raises(InputError, match="location is node"):
        Refined(network(location="node"))
    with pytest.raises(InputError, match="not positive"):
        Refined(network(), coefficient=0)(torch.zeros(1, 1, 8, 8, dtype=torch.float64))
    with pytest.raises(InputError, match="3 widths of a cell are given; expected 2"):
        Refined(network(), spacing=(1, 1, 1))
