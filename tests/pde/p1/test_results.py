"""Balances, fluxes and floating components on meshes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import null_space

from sciml.mesh import Boundary, Mesh, box_mesh
from sciml.pde import boundary_balance, flux, gradient, poisson
from sciml.solvers import solve

SIDES = {2: ("x-", "x+", "y-", "y+"), 3: ("x-", "x+", "y-", "y+", "z-", "z+")}


def mixed(mesh: Mesh) -> Mesh:
    return mesh.with_conditions({
        "x-": Boundary("dirichlet", "1 + y"), "x+": Boundary("robin", 2.0, transfer="1 + y"),
        "y-": Boundary("neumann", "x"),
    })


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_balance_closes(ndim: int, shift: float, delaunay: Callable[..., Mesh]) -> None:
    mesh = mixed(delaunay(5, ndim))
    system = poisson(mesh, "1 + x", np.random.default_rng(0).standard_normal((2, mesh.n_points)), shift=shift)
    x = np.linalg.solve(system.A.tocsr().toarray(), system.b.T).T
    balance = boundary_balance(system, x)
    names = {"x-", "x+", "y-", *SIDES[ndim][3:], "source"} | ({"shift"} if shift else set())
    assert balance.terms.keys() == names
    assert balance.defect.shape == (2,)
    assert np.all(balance.defect < 1e-13)
    np.testing.assert_allclose(balance.terms["y-"], 0.5, rtol=1e-13)
    one = boundary_balance(poisson(mesh, "1 + x", system.data().source[0], shift=shift), x[0])
    np.testing.assert_array_equal(one.exchange, balance.exchange[0])
    np.testing.assert_array_equal(one.terms["x-"], balance.terms["x-"][0])


def test_balance_is_that_of_the_exact_solution() -> None:
    """u = 1 - x between a hot and a cold side: the heat k times the height passes, and nothing else."""
    mesh = box_mesh((5, 4), extent=(1.0, 2.0), kind="quad").with_conditions({
        "x-": Boundary("dirichlet", 1.0), "y-": Boundary("neumann"), "y+": Boundary("neumann"),
    })
    system = poisson(mesh, 3.0, 0.0)
    x = solve(system.A, system.b, rtol=1e-14).x
    terms = boundary_balance(system, x).terms
    found = [float(terms[name]) for name in ("x-", "x+", "y-", "y+", "source")]
    np.testing.assert_allclose(found, [6, -6, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(flux(system, x), np.tile([3.0, 0.0], (mesh.n_cells, 1)), atol=1e-12)


def test_nothing_flows_at_a_constant() -> None:
    mesh = box_mesh((4, 4)).with_conditions({side: Boundary("dirichlet", 7.0) for side in SIDES[2]})
    system = poisson(mesh, 1.0, 0.0)
    balance = boundary_balance(system, np.full(system.A.unknowns, 7.0) * (1 + 1e-10))
    assert balance.defect < 1e-3


def test_balance_tells_unnamed_facets_from_named_ones() -> None:
    mesh = box_mesh((3, 3))
    mesh = mesh.replace(boundaries={"left": mesh.boundaries["x-"], "right": mesh.boundaries["x+"]})
    system = poisson(mesh.with_conditions({"right": Boundary("neumann")}))
    terms = boundary_balance(system, solve(system.A, system.b).x).terms
    assert list(terms) == ["left", "unnamed", "right", "source"]
    assert terms["left"] < 0
    assert terms["unnamed"] < terms["left"]


@pytest.mark.parametrize("ndim", [2, 3])
def test_flux_of_a_tensor(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(4, ndim)
    rng = np.random.default_rng(1)
    root = rng.standard_normal((mesh.n_cells, ndim, ndim))
    k = root @ root.swapaxes(1, 2) + np.eye(ndim)
    system = poisson(mesh, k)
    x = rng.standard_normal((2, system.A.unknowns))
    expected = -np.einsum("mab,nmb->nma", k, gradient(mesh, system.expand(x)))
    np.testing.assert_allclose(flux(system, x), expected, rtol=1e-12, atol=1e-12)
    # The energy is half the integral of the product of flux and gradient.
    u = system.expand(x[0])
    energy = -np.sum(mesh.volumes()[:, None] * flux(system, x[0]) * gradient(mesh, u))
    np.testing.assert_allclose(energy, x[0] @ (system.A @ x[0]), rtol=1e-12)


@pytest.mark.parametrize(("shape", "kind"), [((4, 3), "quad"), ((3, 2, 2), "hexahedron")])
def test_gradient_of_cut_cells_is_the_mean(shape: tuple[int, ...], kind: Any) -> None:
    mesh = box_mesh(shape, kind=kind)
    points = mesh.points + 0.05 * np.sin(7 * mesh.points[:, ::-1])
    mesh = mesh.replace(points=points)
    u = np.random.default_rng(2).standard_normal(mesh.n_points)
    parts = mesh.replace(cell_data={"parent": np.arange(mesh.n_cells)}).simplices()
    slopes, volumes = gradient(parts, u), parts.volumes()
    for cell in range(mesh.n_cells):
        own = parts.cell_data["parent"] == cell
        mean = np.average(slopes[own], axis=0, weights=volumes[own])
        np.testing.assert_allclose(gradient(mesh, u)[cell], mean, atol=1e-12)


def pieces() -> Mesh:
    """Three separate squares of 4, 9 and 16 quads' points; only the second has a named side."""
    points, cells, count = [], [], 0
    for i, n in enumerate((1, 3, 2)):
        box = box_mesh((n, n))
        points.append(box.points + np.array([2.0 * i, 0.0]))
        cells.append(box.cells["triangle"] + count)
        count += box.n_points
    mesh = Mesh(np.concatenate(points), {"triangle": np.concatenate(cells)})
    facets = mesh.boundary_facets().facets["line"]
    middle = mesh.points[facets].mean(axis=1)
    hot = np.abs(middle[:, 0] - 2) < 1e-12
    return mesh.replace(boundaries={"hot": {"line": facets[hot]}, "rest": {"line": facets[~hot]}})


def test_floating_components_of_a_mesh() -> None:
    mesh = pieces().with_conditions({"hot": Boundary("robin", 1.0, transfer=2.0), "rest": Boundary("neumann")})
    system = poisson(mesh, "2 + sin(x)", "cos(y)", project=True)
    nullspace = system.A.nullspace
    assert nullspace is not None
    assert [component.cells for component in system.components] == [9, 4]
    A = system.A.tocsr().toarray()
    basis = null_space(A)
    assert basis.shape[1] == 2
    constants = np.zeros((len(A), 2))
    constants[20:, 0] = constants[:4, 1] = 1
    np.testing.assert_allclose(A @ constants, 0, atol=1e-12)
    for v in constants.T:
        assert abs(v @ system.b) < 1e-14
    solution = solve(system.A, system.b)
    assert solution.converged
    np.testing.assert_allclose(constants.T @ solution.x, 0, atol=1e-12)
    balance = boundary_balance(system, solution.x)
    assert balance.defect < 1e-8
    assert balance.terms["projected"] < 0


@pytest.mark.parametrize("how", ["robin", "dirichlet", "shift"])
def test_what_pins_a_component(how: str) -> None:
    """Only the conditions of the second square, and a shift in one of its cells, fix its level."""
    hot = {"robin": Boundary("robin", 1.0, transfer=1.0), "dirichlet": Boundary("dirichlet", 1.0)}
    mesh = pieces().with_conditions({"hot": hot.get(how, Boundary("neumann")), "rest": Boundary("neumann")})
    sigma = np.zeros(mesh.n_cells)
    sigma[4] = float(how == "shift")
    system = poisson(mesh, 1.0, 0.0, shift=sigma)
    assert [component.cells for component in system.components] == [9, 4]


def test_a_source_without_balance() -> None:
    mesh = box_mesh((3, 3)).with_conditions({side: Boundary("neumann") for side in SIDES[2]})
    with pytest.raises(ValueError, match="fixes the level of u"):
        poisson(mesh)
    system = poisson(mesh, project=True)
    np.testing.assert_allclose(system.components[0].mean, 1 / 16, rtol=1e-13)
    balanced = poisson(mesh.with_conditions({"x-": Boundary("neumann", -1.0)}))
    assert balanced.components[0].defect < 1e-14
