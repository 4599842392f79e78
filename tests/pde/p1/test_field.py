"""Points are found in meshes, and fields evaluated there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Mesh, box_mesh
from sciml.mesh.locate import Locator
from sciml.pde import Field


@pytest.mark.parametrize("ndim", [2, 3])
def test_points_of_known_cells(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    """Points made from positive weights of a cell lie in it, with these weights."""
    mesh = delaunay(6, ndim)
    cells = next(iter(mesh.cells.values()))
    rng = np.random.default_rng(0)
    own = rng.integers(0, len(cells), 300)
    weights = rng.dirichlet(np.ones(ndim + 1), 300)
    places = Locator(mesh).find(np.einsum("ka,kai->ki", weights, mesh.points[cells[own]]))
    np.testing.assert_array_equal(places.cells, own)
    np.testing.assert_array_equal(places.vertices, cells[own])
    np.testing.assert_allclose(places.weights, weights, atol=1e-9)


@pytest.mark.parametrize("ndim", [2, 3])
def test_every_vertex_and_centre_of_a_facet_is_found(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(5, ndim)
    facets = next(iter(mesh.boundary_facets().facets.values()))
    u = np.random.default_rng(1).standard_normal((2, mesh.n_points))
    field = Field(mesh, u, outside="error")
    np.testing.assert_allclose(field(mesh.points), u, atol=1e-9)
    np.testing.assert_allclose(field(mesh.points[facets].mean(axis=1)), u[:, facets].mean(axis=2), atol=1e-8)


def test_a_hole_and_graded_cells() -> None:
    """A ring of cells whose size falls by 10^4 towards the hole of radius 10^-4."""
    turns, rings = 24, 40
    angle, radius = np.arange(turns) * 2 * np.pi / turns, 10 ** np.linspace(-4, 0, rings + 1)
    points = np.stack([np.outer(radius, f(angle)).ravel() for f in (np.cos, np.sin)], axis=1)
    i, j = np.meshgrid(np.arange(rings), np.arange(turns), indexing="ij")
    after = (j + 1) % turns
    quads = np.stack([i * turns + j, (i + 1) * turns + j, (i + 1) * turns + after, i * turns + after], axis=-1)
    mesh = Mesh(points, {"quad": quads.reshape(-1, 4)})
    rng = np.random.default_rng(2)
    r, phi = 10 ** rng.uniform(-4.5, 0.2, 500), rng.uniform(0, 2 * np.pi, 500)
    within = np.cos(np.pi / turns) / np.cos(phi % (2 * np.pi / turns) - np.pi / turns)  # the sides are straight
    at = np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)
    cells = Locator(mesh).find(at).cells
    np.testing.assert_array_equal(cells >= 0, (r / within > 1e-4) & (r / within < 1))
    ring = np.searchsorted(radius, r / within) - 1
    sector = (phi // (2 * np.pi / turns)).astype(int)
    np.testing.assert_array_equal(cells[cells >= 0], (ring * turns + sector)[cells >= 0])


@pytest.mark.parametrize(("shape", "kind"), [((4, 3), "quad"), ((3, 2, 2), "hexahedron")])
def test_cut_cells_keep_their_numbers(shape: tuple[int, ...], kind: Any) -> None:
    mesh = box_mesh(shape, kind=kind)
    at = np.random.default_rng(3).uniform(0, 1, (100, len(shape)))
    places = Locator(mesh).find(at)
    expected = np.ravel_multi_index(tuple((at * shape).astype(int).T), shape)
    middle = np.einsum("ka,kai->ki", places.weights, mesh.points[places.vertices])
    np.testing.assert_array_equal(places.cells, expected)
    np.testing.assert_allclose(middle, at, atol=1e-14)


def test_outside() -> None:
    mesh = box_mesh((2, 2))
    u = mesh.points[:, 0]
    at = [[0.5, 0.5], [1.5, 0.5]]
    np.testing.assert_allclose(Field(mesh, u)(at), [0.5, np.nan])
    np.testing.assert_allclose(Field(mesh, u).gradient(at), [[1, 0], [np.nan, np.nan]], atol=1e-15)
    with pytest.raises(InputError, match=r"1 points lie outside the mesh \(first: 1\)"):
        Field(mesh, u, outside="error")(at)


def test_bad_input() -> None:
    mesh = box_mesh((2, 2))
    with pytest.raises(InputError, match=r"values of shape \(4,\) do not match the mesh; expected \(9,\)"):
        Field(mesh, np.ones(4))
    with pytest.raises(InputError, match="outside is 'zero'; use nan or error"):
        Field(mesh, np.ones(9), outside="zero")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"points have shape \(3,\); expected \(k, 2\)"):
        Field(mesh, np.ones(9))([1.0, 2.0, 3.0])
    surface = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], {"triangle": [[0, 1, 2]]})
    with pytest.raises(InputError, match="surfaces in space"):
        Field(surface, np.ones(3))([[0.0, 0.0, 0.0]])
