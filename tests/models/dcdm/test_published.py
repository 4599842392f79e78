"""The published networks: counts, a twin layer by layer, linearity, any size, files, and use in the iteration."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from sciml._errors import InputError
from sciml.datasets.fields import obstacles
from sciml.mesh import Boundary, Grid
from sciml.models import load_model
from sciml.models.dcdm import NetworkDirections, PublishedDCDM
from sciml.pde import poisson
from sciml.solvers import FCG, Directions, solve


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize(("network", "count"), [("64", 97457), ("128", 152881)])
def test_parameters_are_counted_as_published(network: Any, count: int) -> None:
    model = PublishedDCDM(network)
    assert sum(weight.numel() for weight in model.parameters()) == count
    assert not any(bias.any() for name, bias in model.named_parameters() if name.endswith("bias"))
    bound = (6 / (27 * 32)) ** 0.5  # Glorot: uniform up to sqrt(6 / (fan in + fan out))
    weight = model.coarse[0].weight
    assert float(weight.detach().abs().max()) == pytest.approx(bound, rel=0.01)


def twin(model: PublishedDCDM, r: Tensor) -> Tensor:
    """The network as its authors write it, line by line."""
    def conv(layer: Any, x: Tensor) -> Tensor:
        return functional.conv3d(functional.pad(x, (1, 1) * 3), layer.weight, layer.bias)

    relu, n = torch.relu, {4: 1, 6: 2}[len(model.fine)]
    x = conv(model.stem, r)
    a = relu(conv(model.fine[0], x))
    b = relu(conv(model.fine[1], a))
    for k in range(1, n + 1):
        a = relu(conv(model.fine[2 * k], b)) + a
        b = relu(conv(model.fine[2 * k + 1], a))
    c = b.unfold(2, 2, 2).unfold(3, 2, 2).unfold(4, 2, 2).mean((-1, -2, -3))
    for k in range(len(model.coarse) // 2):
        h = relu(conv(model.coarse[2 * k], c))
        c = relu(conv(model.coarse[2 * k + 1], h)) + c
    u = c.repeat_interleave(2, 2).repeat_interleave(2, 3).repeat_interleave(2, 4) + b
    for k in range(len(model.tail) // 2):
        h = relu(conv(model.tail[2 * k], u))
        u = relu(conv(model.tail[2 * k + 1], h)) + u
    return torch.einsum("bcxyz,c->bxyz", u, model.last.weight[0, :, 0, 0, 0])[:, None] + model.last.bias


@pytest.mark.parametrize("network", ["64", "128"])
def test_the_network_is_its_formula(network: Any) -> None:
    model = PublishedDCDM(network, hidden_channels=3).double()
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weight)
    r = torch.randn(2, 1, 8, 6, 4, dtype=torch.float64)
    torch.testing.assert_close(model(r), twin(model, r), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_the_linear_network_is_linear_and_odd_bit_for_bit(ndim: int) -> None:
    model = PublishedDCDM("64", hidden_channels=4, linear=True, ndim=ndim)
    r, s = torch.randn(2, 3, 1, *(9, 8, 10)[:ndim])
    assert torch.equal(model(-r), -model(r))
    torch.testing.assert_close(model(2 * r - 3 * s), 2 * model(r) - 3 * model(s), rtol=1e-4, atol=1e-4)
    assert not torch.equal(PublishedDCDM(ndim=ndim)(-r), -PublishedDCDM(ndim=ndim)(r))


def test_odd_sizes_are_padded_by_zeros() -> None:
    model = PublishedDCDM("64", hidden_channels=3)
    r = torch.randn(1, 1, 7, 9, 5)
    torch.testing.assert_close(model(r), model(functional.pad(r, (0, 1, 0, 1, 0, 1)))[..., :7, :9, :5])


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = PublishedDCDM("128", hidden_channels=2, linear=True, ndim=2)
    model.save_pretrained(tmp_path)
    again, r = load_model(tmp_path), torch.randn(1, 1, 8, 8)
    assert again.config == model.config
    assert torch.equal(again(r), model(r))


@pytest.mark.parametrize(("options", "text"), [
    ({"network": "65"}, "did you mean"), ({"ndim": 4}, "ndim is 4"), ({"hidden_channels": 0}, "hidden_channels"),
    ({"linear": 1}, "true or false"),
])
def test_wrong_arguments_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        PublishedDCDM(**options)


def system() -> tuple[Any, np.ndarray]:
    A = poisson(Grid((9, 8, 7), mask=obstacles((9, 8, 7), 3, 1), boundary=Boundary("neumann")), source=0.0).A
    return A, A.nullspace.project(np.random.default_rng(0).standard_normal((9, 8, 7)) * A.active)


def test_directions_see_residuals_of_norm_one_and_no_obstacles() -> None:
    A, b = system()
    seen: list[Tensor] = []

    class Watched(PublishedDCDM):
        def forward(self, r: Tensor) -> Tensor:
            seen.append(r)
            return super().forward(r)

    state = NetworkDirections(Watched("64", hidden_channels=2)).setup(A)
    z = np.empty((2, b.size))
    state.apply(np.stack([1e-9 * b.ravel(), 0 * b.ravel()]), z)
    assert seen[0].shape == (2, 1, 9, 8, 7)
    assert seen[0].dtype == torch.float32
    assert float(seen[0][0].norm()) == pytest.approx(1, rel=1e-6)
    assert not z[1].any()
    assert not z[0][~A.active.ravel()].any()
    expected = state.f(seen[0])[0].detach().numpy().ravel() * np.linalg.norm(1e-9 * b) * A.active.ravel()
    np.testing.assert_allclose(z[0], expected, rtol=1e-6, atol=1e-20)


@pytest.mark.parametrize("linear", [True, False])
def test_a_network_without_training_is_slow_and_does_no_harm(linear: bool) -> None:
    A, b = system()
    solver = Directions(NetworkDirections(PublishedDCDM("64", hidden_channels=4, linear=linear)))
    exact = solve(A, b, rtol=1e-12).x

    def energy(iterations: int) -> float:
        e = solve(A, b, solver, maxiter=iterations).x - exact
        return float(np.sum(e * A.apply(e)))

    assert energy(12) < energy(6) < float(np.sum(exact * b))
    if linear:
        one, other = (solve(A, sign * b, solver, maxiter=12) for sign in (1, -1))
        np.testing.assert_array_equal(one.x, -other.x)


def test_as_preconditioner_of_scipy() -> None:
    A, b = system()
    M = NetworkDirections(PublishedDCDM("64", hidden_channels=2, linear=True)).setup(A).aspreconditioner()
    r = b.ravel()
    np.testing.assert_allclose(M @ (2 * r), 2 * (M @ r), rtol=1e-5, atol=1e-9)
    assert FCG(M).setup(A).M is M


def test_other_operators_are_refused() -> None:
    model = NetworkDirections(PublishedDCDM("64", hidden_channels=2, ndim=2))
    with pytest.raises(InputError, match="has 3 axes"):
        model.setup(system()[0])
    with pytest.raises(InputError, match="on grids"):
        Directions(model).setup(np.eye(3))
