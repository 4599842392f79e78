"""Linear elements converge: order 2 in L2 and order 1 in the gradient, for all boundary conditions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sciml.mesh import AXES, Boundary, Mesh
from sciml.pde import gradient, poisson
from sciml.solvers import solve

Array = np.ndarray
SIZES = {2: (16, 32, 64), 3: (6, 10, 16)}
WAVES = np.array([2.0, 1.5, 1.0])
# Rules exact for squares of linear functions, off the centre where gradients are better than elsewhere.
RULES = {2: (2 / 3, 1 / 6), 3: ((5 + 3 * 5**0.5) / 20, (5 - 5**0.5) / 20)}


def u_of(x: Array) -> Array:
    """Product of cos(w x + 0.3)."""
    return np.prod(np.cos(WAVES[: x.shape[-1]] * x + 0.3), axis=-1)


def grad_of(x: Array) -> Array:
    return -WAVES[: x.shape[-1]] * np.tan(WAVES[: x.shape[-1]] * x + 0.3) * u_of(x)[..., None]


def source_of(x: Array, k: Array, grad_k: Array, shift: float) -> Array:
    square = np.sum(WAVES[: x.shape[-1]] ** 2)
    return (k * square + shift) * u_of(x) - np.sum(grad_k * grad_of(x), axis=-1)


def with_conditions(mesh: Mesh, kinds: dict[str, str], k: Array) -> Mesh:
    """Conditions whose data belong to u: values, fluxes along the normals, transfer 1 + y."""
    conditions = {}
    for name, kind in kinds.items():
        axis, sign = AXES.index(name[0]), 1 if name[1] == "+" else -1
        u, q = u_of(mesh.points), sign * k * grad_of(mesh.points)[:, axis]
        H = 1 + mesh.points[:, 1]
        conditions[name] = {
            "dirichlet": Boundary("dirichlet", u),
            "neumann": Boundary("neumann", q),
            "robin": Boundary("robin", u + q / H, transfer="1 + y"),
        }[kind]
    return mesh.with_conditions(conditions)


def errors(mesh: Mesh, values: Array, u: Callable[[Array], Array], grad: Callable[[Array], Array]) -> Array:
    """Norms of the error of a function and of its gradient, the mean error left out."""
    cells = next(iter(mesh.cells.values()))
    d = mesh.ndim
    near, far = RULES[d]
    weights = np.full((d + 1, d + 1), far) + (near - far) * np.eye(d + 1)
    at = np.einsum("qa,mai->mqi", weights, mesh.points[cells])
    e = np.einsum("qa,ma->mq", weights, values[cells]) - u(at)
    volumes = mesh.volumes()[:, None] / (d + 1)
    slopes = gradient(mesh, values)[:, None, :] - grad(at)
    return np.sqrt([np.sum(volumes * e**2), np.sum(volumes[..., None] * slopes**2)])


def orders(sizes: tuple[int, ...], found: list[Array]) -> Array:
    return -np.polyfit(np.log(sizes), np.log(found), 1)[0]


def sides(ndim: int) -> list[str]:
    return [axis + sign for axis in AXES[:ndim] for sign in "-+"]


CASES: dict[str, tuple[str, float]] = {
    "dirichlet": ("d", 0.0), "neumann": ("n", 0.0), "shifted neumann": ("n", 1.5), "robin": ("r", 0.0),
    "mixed": ("dnr", 0.5),
}  # fmt: skip


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("k", ["1", "1 + x*y"])
@pytest.mark.parametrize("case", CASES)
def test_orders(case: str, k: str, ndim: int, delaunay: Callable[..., Mesh]) -> None:
    letters, shift = CASES[case]
    names = {"d": "dirichlet", "n": "neumann", "r": "robin"}
    kinds = {side: names[letters[i % len(letters)]] for i, side in enumerate(sides(ndim))}
    found = []
    for n in SIZES[ndim]:
        mesh = delaunay(n, ndim)
        x = mesh.points
        values = np.ones(len(x)) if k == "1" else 1 + x[:, 0] * x[:, 1]
        slopes = np.zeros_like(x)
        if k != "1":
            slopes[:, 0], slopes[:, 1] = x[:, 1], x[:, 0]
        f = source_of(x, values, slopes, shift)
        system = poisson(with_conditions(mesh, kinds, values), k, f, shift=shift, project=True)
        solution = system.expand(solve(system.A, system.b, rtol=1e-11).x)
        if case == "neumann":
            assert system.components[0].cells == mesh.n_points
            solution = solution + (weighted_mean(mesh, u_of(x)) - weighted_mean(mesh, solution))
        found.append(errors(mesh, solution, u_of, grad_of))
    np.testing.assert_allclose(orders(SIZES[ndim], found), [2, 1], atol=0.1)


def weighted_mean(mesh: Mesh, values: Array) -> float:
    cells = next(iter(mesh.cells.values()))
    return float(np.sum(mesh.volumes() * values[cells].mean(axis=1)))


@pytest.mark.parametrize("ndim", [2, 3])
def test_orders_with_regions(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    """u = phi(x) cos(y), where k phi' goes on at x = 1/2 although k jumps from 1 to 4."""

    def phi(x: Array) -> Array:
        return (x - 0.5) / np.where(x < 0.5, 1, 4) + (x - 0.5) ** 2 * np.where(x < 0.5, 1, 0.25)

    def u(x: Array) -> Array:
        return phi(x[..., 0]) * np.cos(x[..., 1])

    def grad(x: Array) -> Array:
        slope = np.where(x[..., 0] < 0.5, 1, 0.25) * (1 + 2 * (x[..., 0] - 0.5))
        parts = [slope * np.cos(x[..., 1]), -phi(x[..., 0]) * np.sin(x[..., 1]), np.zeros(x.shape[:-1])]
        return np.stack(parts[:ndim], axis=-1)

    found = []
    for n in SIZES[ndim]:
        mesh = delaunay(n, ndim, plane=0.5)
        cells = next(iter(mesh.cells.values()))
        middle = mesh.points[cells].mean(axis=1)
        left = middle[:, 0] < 0.5
        mesh = mesh.replace(regions={"left": np.flatnonzero(left), "right": np.flatnonzero(~left)})
        mesh = mesh.with_conditions({side: Boundary("dirichlet", u(mesh.points)) for side in sides(ndim)})
        k = np.where(left, 1.0, 4.0)
        f = (k * phi(middle[:, 0]) - 2) * np.cos(middle[:, 1])
        system = poisson(mesh, {"left": 1.0, "right": "4"}, f)
        found.append(errors(mesh, system.expand(solve(system.A, system.b, rtol=1e-11).x), u, grad))
    np.testing.assert_allclose(orders(SIZES[ndim], found), [2, 1], atol=0.1)


def linear(x: Array) -> Any:
    return 3 + x @ np.array([1.0, -2.0, 0.5])[: x.shape[-1]]


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("letters", ["d", "dn", "r", "dnr"])
def test_linear_functions_are_reproduced(letters: str, ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(5, ndim)
    slope = np.array([1.0, -2.0, 0.5])[:ndim]
    tensor = np.array([[2.0, 0.5, 0.3], [0.5, 1.0, -0.2], [0.3, -0.2, 1.5]])[:ndim, :ndim]
    conditions = {}
    for i, side in enumerate(sides(ndim)):
        q = float((tensor @ slope)[AXES.index(side[0])] * (1 if side[1] == "+" else -1))
        conditions[side] = {
            "d": Boundary("dirichlet", "3 + x - 2*y" + " + 0.5*z" * (ndim == 3)),
            "n": Boundary("neumann", q),
            "r": Boundary("robin", linear(mesh.points) + q / 2.0, transfer=2.0),
        }[letters[i % len(letters)]]
    system = poisson(mesh.with_conditions(conditions), tensor, 0.0)
    u = system.expand(solve(system.A, system.b, rtol=1e-14).x)
    np.testing.assert_allclose(u, linear(mesh.points), atol=1e-11)
    np.testing.assert_allclose(gradient(mesh, u), np.broadcast_to(slope, (mesh.n_cells, ndim)), atol=1e-9)
