"""The matrix and the right-hand side of linear elements by other routes."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import skfem
from skfem.helpers import dot, grad, mul

from sciml.kernels import threads
from sciml.mesh import Boundary, Grid, Mesh, box_mesh
from sciml.pde import poisson

Array = np.ndarray
INSULATED = {2: ("x-", "x+", "y-", "y+"), 3: ("x-", "x+", "y-", "y+", "z-", "z+")}


def insulated(mesh: Mesh) -> Mesh:
    return mesh.with_conditions({side: Boundary("neumann") for side in INSULATED[mesh.ndim]})


def cells_of(mesh: Mesh) -> Array:
    return next(iter(mesh.cells.values()))


def their_mesh(mesh: Mesh) -> Any:
    kind = skfem.MeshTri if mesh.ndim == 2 else skfem.MeshTet
    return kind(np.ascontiguousarray(mesh.points.T), np.ascontiguousarray(cells_of(mesh).T))


def their_element(mesh: Mesh) -> Any:
    return skfem.ElementTriP1() if mesh.ndim == 2 else skfem.ElementTetP1()


def assert_same(ours: Any, theirs: Any) -> None:
    scale = abs(theirs).max()
    assert abs(ours - theirs).max() <= 1e-13 * scale


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("form", ["number", "cells", "tensor", "axes"])
def test_stiffness_and_mass_of_scikit_fem(form: str, ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = insulated(delaunay(6, ndim))
    rng = np.random.default_rng(1)
    root = rng.standard_normal((mesh.n_cells, ndim, ndim))
    axes = rng.uniform(1, 2, ndim)
    k, full = {
        "number": (2.5, np.broadcast_to(2.5 * np.eye(ndim), root.shape)),
        "cells": (values := np.exp(rng.standard_normal(mesh.n_cells)), values[:, None, None] * np.eye(ndim)),
        "tensor": (tensor := root @ root.swapaxes(1, 2) + np.eye(ndim), tensor),
        "axes": (tuple(axes), np.broadcast_to(np.diag(axes), root.shape)),
    }[form]
    sigma, f = rng.uniform(0.5, 1, mesh.n_cells), rng.standard_normal(mesh.n_points)
    system = poisson(mesh, k, f, shift=sigma)
    basis = skfem.Basis(their_mesh(mesh), their_element(mesh))
    K = np.moveaxis(np.broadcast_to(full[..., None], (*full.shape, basis.X.shape[-1])), 0, 2)
    form_ = skfem.BilinearForm(lambda u, v, w: dot(mul(K, grad(u)), grad(v)) + sigma[:, None] * u * v)
    assert_same(system.A.tocsr(), form_.assemble(basis))
    interpolated = basis.interpolate(f)
    assert_same(system.b, skfem.LinearForm(lambda v, w: w["f"] * v).assemble(basis, f=interpolated))


@pytest.mark.parametrize("ndim", [2, 3])
def test_robin_and_neumann_of_scikit_fem(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    bare = delaunay(5, ndim)
    q = np.random.default_rng(2).standard_normal(bare.n_points)
    mesh = insulated(bare).with_conditions({
        "x+": Boundary("robin", 3.0, transfer=2.0), "y-": Boundary("neumann", q),
    })
    system = poisson(mesh, 1.0, 0.0)
    foreign = their_mesh(mesh).with_boundaries({
        "x+": lambda x: x[0] > 1 - 1e-12, "y-": lambda x: x[1] < 1e-12,
    })
    element = their_element(mesh)
    basis, out = skfem.Basis(foreign, element), skfem.FacetBasis(foreign, element, facets="x+")
    below = skfem.FacetBasis(foreign, element, facets="y-")
    A = skfem.BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)
    A = A + skfem.BilinearForm(lambda u, v, w: 2 * u * v).assemble(out)
    b = skfem.LinearForm(lambda v, w: 6 * v).assemble(out)
    b = b + skfem.LinearForm(lambda v, w: w["q"] * v).assemble(below, q=below.interpolate(q))
    assert_same(system.A.tocsr(), A)
    assert_same(system.b, b)


@pytest.mark.parametrize("ndim", [2, 3])
def test_elimination_is_that_of_the_whole_matrix(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(5, ndim)
    whole = poisson(insulated(mesh), "1 + x", "x", shift=0.5)
    some = poisson(
        insulated(mesh).with_conditions({"x-": Boundary("dirichlet", "y"), "y+": Boundary("dirichlet", 2.0)}),
        "1 + x", "x", shift=0.5,
    )
    x, y = mesh.points[:, 0], mesh.points[:, 1]
    fixed = (x == 0) | (y == 1)
    g = np.where(y == 1, 2.0, np.where(x == 0, y, 0.0))
    np.testing.assert_array_equal(some.prescribed, g)
    A = whole.A.tocsr().toarray()
    np.testing.assert_allclose(some.A.tocsr().toarray(), A[np.ix_(~fixed, ~fixed)], atol=1e-15)
    np.testing.assert_allclose(some.b, (whole.b - A @ g)[~fixed], atol=1e-14)
    np.testing.assert_array_equal(some.expand(some.b)[fixed], g[fixed])


@pytest.mark.parametrize("ndim", [2, 3])
def test_structure(ndim: int, delaunay: Callable[..., Mesh]) -> None:
    mesh = insulated(delaunay(6, ndim))
    k = np.exp(np.random.default_rng(3).standard_normal(mesh.n_cells))
    A = poisson(mesh, k, 0.0).A
    matrix = A.tocsr()
    assert (matrix != matrix.T).nnz == 0
    assert np.abs(matrix @ np.ones(mesh.n_points)).max() < 1e-13 * matrix.max()
    assert np.all(np.linalg.eigvalsh(matrix.toarray())[1:] > 0)
    assert A.is_symmetric
    assert A.nullspace is not None
    assert A.nullspace.count == 1
    assert matrix.indices.dtype == np.int32
    assert matrix.has_sorted_indices


def test_right_triangles_make_the_five_point_stencil() -> None:
    n, sides = 6, {"x-": Boundary("neumann", 2.0), "y+": Boundary("robin", 1.0, transfer=3.0), "x+": Boundary()}
    grid = Grid((n + 1, n + 1), location="node", boundary=sides)
    mesh = box_mesh((n, n)).with_conditions(sides)
    on_grid, on_mesh = poisson(grid, 2.0, 0.0), poisson(mesh, 2.0, 0.0)
    h = 1 / n
    # The mass of a Robin side is not lumped on meshes: three points instead of one.
    top = np.arange(n * n).reshape(on_grid.A.grid_shape)[:, -1]
    rest = np.setdiff1d(np.arange(n * n), top)
    difference = (on_mesh.A.tocsr() - h**2 * on_grid.A.tocsr()).toarray()
    np.testing.assert_allclose(difference[rest], 0, atol=1e-13)
    np.testing.assert_allclose(difference.sum(axis=1), 3.0 * h * (np.arange(n * n) == top[-1]) * -1 / 6, atol=1e-13)
    np.testing.assert_allclose(on_mesh.b[rest], h**2 * on_grid.b.ravel()[rest], atol=1e-14)


@pytest.mark.parametrize(("shape", "kind"), [((4, 3), "quad"), ((3, 2, 2), "hexahedron")])
def test_cut_cells_are_the_simplices(shape: tuple[int, ...], kind: Any) -> None:
    mesh = box_mesh(shape, kind=kind)
    facets = next(iter(mesh.boundaries["x+"].values()))
    mesh = mesh.with_conditions({"x+": Boundary("robin", np.arange(float(len(facets))), transfer=1.0)})
    k = np.random.default_rng(4).uniform(1, 2, mesh.n_cells)
    parts = mesh.replace(cell_data={"k": k}).simplices()
    whole, cut = poisson(mesh, k, k), poisson(parts, parts.cell_data["k"], parts.cell_data["k"])
    assert (whole.A.tocsr() != cut.A.tocsr()).nnz == 0
    np.testing.assert_array_equal(whole.b, cut.b)


def test_forms_of_data_agree(delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(6, 2)
    x, middle = mesh.points[:, 0], mesh.points[cells_of(mesh)].mean(axis=1)[:, 0]
    left = np.flatnonzero(middle < 0.5)
    mesh = mesh.replace(regions={"left": left, "all": np.arange(mesh.n_cells)})
    for k, f in (("1 + x", "2 - x"), (1 + middle, 2 - x), (1 + x, [2 - x])):
        system = poisson(mesh, k, f)
        expected = poisson(mesh, "1 + x", "2 - x")
        assert_same(system.A.tocsr(), expected.A.tocsr())
        assert_same(system.b.reshape(-1), expected.b)
    painted = poisson(mesh, {"all": 2.0, "left": "1 + x"}, {"all": 1.0, "left": 3.0})
    cellwise = np.where(middle < 0.5, 1 + middle, 2.0), np.where(middle < 0.5, 3.0, 1.0)
    assert_same(painted.A.tocsr(), poisson(mesh, *cellwise).A.tocsr())
    assert_same(painted.b, poisson(mesh, *cellwise).b)


def test_a_batch_is_a_loop(delaunay: Callable[..., Mesh]) -> None:
    mesh = delaunay(6, 2).with_conditions({"x-": Boundary("neumann", 1.0), "y-": Boundary("dirichlet", "x")})
    rng = np.random.default_rng(5)
    for length in (mesh.n_points, mesh.n_cells):
        sources = rng.standard_normal((3, length))
        batch = poisson(mesh, 1.0, sources)
        for row, f in zip(batch.b, sources, strict=True):
            np.testing.assert_array_equal(row, poisson(mesh, 1.0, f).b)
        assert batch.expand(batch.b).shape == (3, mesh.n_points)


@pytest.mark.parametrize("shape", [(120, 100), (20, 16, 15)])
def test_threads_change_nothing(shape: tuple[int, ...]) -> None:
    mesh = box_mesh(shape)
    made = []
    for count in (1, 2):
        with threads(count):
            made.append(poisson(mesh, "1 + x*y", "x", shift=1.0))
    assert (made[0].A.tocsr() != made[1].A.tocsr()).nnz == 0
    np.testing.assert_array_equal(made[0].b, made[1].b)


def test_where_boundaries_meet() -> None:
    values = product((("dirichlet", 5.0), ("neumann", 0.0)), repeat=2)
    for (first, a), (second, b) in values:
        mesh = box_mesh((3, 3)).with_conditions({"x+": Boundary(first, a), "y+": Boundary(second, b)})  # type: ignore[arg-type]
        system = poisson(mesh)
        u = system.expand(np.full(system.A.unknowns, -1.0)).reshape(4, 4)
        assert u[3, 3] == (5.0 if "dirichlet" in (first, second) else -1.0)
        assert u[3, 0] == (5.0 if first == "dirichlet" else 0.0)  # y- has no condition
        assert u[0, 3] == (5.0 if second == "dirichlet" else 0.0)
    later = {"y+": Boundary("dirichlet", 1.0), "x+": Boundary("dirichlet", 2.0)}
    prescribed = poisson(box_mesh((3, 3)).with_conditions(later)).prescribed
    assert prescribed is not None
    assert prescribed.reshape(4, 4)[3, 3] == 2.0


def test_triangles_beside_quads() -> None:
    """The right column of quads given as triangles: the same system as all quads cut."""
    quads = box_mesh((3, 2), kind="quad")
    right = np.arange(6) >= 4
    last = quads.cells["quad"][right]
    triangles = np.concatenate([last[:, [0, 1, 2]], last[:, [0, 2, 3]]])
    mesh = quads.replace(cells={"triangle": triangles, "quad": quads.cells["quad"][~right]})
    k = np.array([5.0, 6.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0])  # of the triangles, then of the quads
    mixed, cut = poisson(mesh, k, k), poisson(quads, np.arange(1.0, 7.0), np.arange(1.0, 7.0))
    assert_same(mixed.A.tocsr(), cut.A.tocsr())
    assert_same(mixed.b, cut.b)
