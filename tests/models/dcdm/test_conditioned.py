"""The network with kernels made of the geometry: counts, a twin by its definition, linearity, obstacles, files."""

from itertools import product
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
from sciml.models.dcdm import ConditionedDCDM, NetworkDirections
from sciml.pde import poisson
from sciml.solvers import Directions, solve


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def images(*shape: int) -> Tensor:
    """Air in one corner, solid in some other cells."""
    fluid = torch.from_numpy(obstacles(shape, 2, 3)).double()
    air = torch.zeros(shape, dtype=torch.float64)
    air[(slice(0, 2),) * len(shape)] = 1.0
    return torch.stack([air, fluid * (1 - air), torch.maximum(air, fluid)])[None]


@pytest.mark.parametrize(("n_layers", "count"), [(4, 20582), (5, 25174)])
def test_parameters_are_counted_as_published(n_layers: int, count: int) -> None:
    assert sum(weight.numel() for weight in ConditionedDCDM(n_layers).parameters()) == count


def multiplied(layer: Any, image: Tensor, x: np.ndarray) -> np.ndarray:
    """Every cell by itself: its kernel from the images around it, then the sum over its neighbours."""
    W, bias = (value.detach().numpy() for value in (layer.weight, layer.bias))
    ndim = x.ndim
    J, u = np.pad(image[0].numpy(), [(0, 0)] + [(1, 1)] * ndim), np.pad(x, 1)
    y = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        window = tuple(slice(k, k + 3) for k in i)
        K = bias + (W * J[(slice(None), *window)]).reshape(len(bias), -1).sum(1)
        y[i] = K @ u[window].ravel()
    return y


def halved(x: np.ndarray) -> np.ndarray:
    return np.mean([x[tuple(slice(o, None, 2) for o in offset)] for offset in product((0, 1), repeat=x.ndim)], axis=0)


def twin(model: ConditionedDCDM, r: np.ndarray, image: Tensor) -> np.ndarray:
    """By recursion over the grids."""
    def level(k: int, x: np.ndarray, image: Tensor) -> np.ndarray:
        if k == model.n_layers:
            return multiplied(model.bottom, image, x)
        own = multiplied(model.pre[k], image, x)
        coarse = torch.from_numpy(np.stack([halved(one) for one in image[0].numpy()]))[None]
        up = functional.interpolate(
            torch.from_numpy(level(k + 1, halved(own), coarse))[None, None], size=x.shape,
            mode={1: "linear", 2: "bilinear", 3: "trilinear"}[x.ndim],
        )[0, 0].numpy()
        shares = []
        for layer in (model.own[k], model.below[k]):
            J = np.pad(image[0].numpy(), [(0, 0)] + [(1, 1)] * x.ndim)
            total = sum(
                (layer.weight.detach().numpy()[0] * J[(slice(None), *(slice(j, j + 3) for j in i))]).sum()
                for i in np.ndindex(x.shape)
            )
            shares.append(float(layer.bias.detach()[0]) + total / x.size)
        return np.asarray(shares[0] * own + shares[1] * multiplied(model.post[k], image, up))

    return level(0, r, image)


@pytest.mark.parametrize(("shape", "n_layers"), [((4, 8, 4), 2), ((8, 12), 2), ((8,), 3)])
def test_the_network_is_its_definition(shape: tuple[int, ...], n_layers: int) -> None:
    model = ConditionedDCDM(n_layers, len(shape)).double()
    r, image = torch.randn(1, 1, *shape, dtype=torch.float64), images(*shape)
    expected = twin(model, r[0, 0].numpy(), image)
    np.testing.assert_allclose(model(r, image).detach()[0, 0], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_linear_in_the_residual_and_odd_bit_for_bit(ndim: int) -> None:
    model, shape = ConditionedDCDM(2, ndim), (9, 8, 7)[:ndim]
    image = images(*shape).float()
    r, s = torch.randn(2, 3, 1, *shape)
    assert torch.equal(model(-r, image), -model(r, image))
    torch.testing.assert_close(model(2 * r - s, image), 2 * model(r, image) - model(s, image), rtol=1e-4, atol=1e-5)
    assert torch.equal(model.directions(model.coefficients(image), r), model(r, image))
    assert not torch.allclose(model(r, image), model(r))


def test_without_images_all_is_fluid() -> None:
    model, r = ConditionedDCDM(1, 2), torch.randn(2, 1, 5, 6)
    fluid = torch.stack([torch.zeros(5, 6), torch.ones(5, 6), torch.ones(5, 6)])[None]
    assert torch.equal(model(r), model(r, fluid))


def test_the_iteration_tells_it_of_obstacles() -> None:
    mask = obstacles((9, 8, 7), 3, 1)
    A = poisson(Grid((9, 8, 7), mask=mask, boundary={"x-": Boundary("neumann")}), source=0.0).A
    b = np.random.default_rng(0).standard_normal((9, 8, 7)) * mask
    model = ConditionedDCDM(2)
    state, z = NetworkDirections(model).setup(A), np.empty(b.size)
    state.apply(b.ravel() / np.linalg.norm(b), z)
    fluid = torch.from_numpy(mask).float()
    r = torch.from_numpy(b / np.linalg.norm(b)).float()[None, None]
    expected = model(r, torch.stack([0 * fluid, fluid, fluid])[None]).detach().numpy().ravel() * mask.ravel()
    np.testing.assert_allclose(z, expected, rtol=1e-5, atol=1e-7)
    solver = Directions(NetworkDirections(model))
    one, other = (solve(A, sign * b, solver, maxiter=6) for sign in (1, -1))
    np.testing.assert_array_equal(one.x, -other.x)


def test_saved_and_loaded(tmp_path: Path) -> None:
    model, r = ConditionedDCDM(1, 2), torch.randn(1, 1, 8, 8)
    model.save_pretrained(tmp_path)
    assert torch.equal(load_model(tmp_path)(r), model(r))


@pytest.mark.parametrize(("options", "text"), [({"n_layers": 0}, "n_layers"), ({"ndim": 4}, "ndim is 4")])
def test_wrong_arguments_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        ConditionedDCDM(**options)
