"""Splitting and refining: nothing overlaps, nothing is lost, names and values are inherited."""

from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.mesh import Boundary, Mesh, box_mesh
from sciml.mesh.facets import facet_owners


def boxes(shape: tuple[int, ...], seed: int) -> Mesh:
    """Quads or hexahedra of unit size with vertices numbered at random."""
    mesh = box_mesh(shape, tuple(map(float, shape)), "quad" if len(shape) == 2 else "hexahedron")
    ((kind, cells),) = mesh.cells.items()
    order = np.random.default_rng(seed).permutation(mesh.n_points)
    return Mesh(mesh.points[np.argsort(order)], {kind: order[cells]})


def full(shape: tuple[int, ...], *, split: bool = False) -> Mesh:
    """A box with a side and a half named, and data."""
    mesh = boxes(shape, seed=5)
    ((kind, facets),) = mesh.boundary_facets().facets.items()
    on_side = (mesh.points[facets][:, :, 0] == 0).all(axis=1)
    centre = mesh.points[next(iter(mesh.cells.values()))].mean(axis=1)
    mesh = mesh.replace(
        boundaries={"side": {kind: facets[on_side]}},
        regions={"half": np.flatnonzero(centre[:, 0] < 1)},
        conditions={"side": Boundary("neumann", np.arange(1.0, 1 + np.count_nonzero(on_side)))},
        point_data={"x": mesh.points[:, 0], "position": mesh.points, "flag": np.arange(mesh.n_points) % 2},
        cell_data={"number": np.arange(mesh.n_cells)},
    )
    return mesh.simplices() if split else mesh


CASES = [((3, 2), False), ((3, 2), True), ((2, 2, 3), False), ((2, 2, 3), True)]
NAMES = ["quad", "triangle", "hexahedron", "tetra"]


def check_same_domain(fine: Mesh, coarse: Mesh) -> None:
    fine.check()
    assert fine.volumes().sum() == pytest.approx(coarse.volumes().sum(), rel=1e-13)
    # Conforming: every interior facet is shared, so that the boundary has the length or area of the old one.
    for mesh in (fine, coarse):
        ((_, facets),) = mesh.boundary_facets().facets.items()
        on_box = [
            (mesh.points[facets][:, :, axis] == end).all(axis=1)
            for axis in range(mesh.ndim) for end in (0, mesh.points[:, axis].max())
        ]  # fmt: skip
        assert (np.sum(on_box, axis=0) == 1).all()


@pytest.mark.parametrize(("shape", "split"), CASES, ids=NAMES)
def test_refined_box(shape: tuple[int, ...], split: bool) -> None:
    coarse = full(shape, split=split)
    fine = coarse.refine()
    check_same_domain(fine, coarse)
    parts = 2**fine.dimension
    assert fine.n_cells == parts * coarse.n_cells
    np.testing.assert_array_equal(fine.cell_data["number"], np.repeat(coarse.cell_data["number"], parts))
    np.testing.assert_allclose(fine.point_data["position"], fine.points, rtol=1e-15)
    np.testing.assert_array_equal(fine.point_data["x"], fine.points[:, 0])
    assert fine.point_data["flag"].dtype == np.float64
    np.testing.assert_allclose(fine.volumes().reshape(-1, parts).sum(axis=1), coarse.volumes(), rtol=1e-13)


@pytest.mark.parametrize(("shape", "split"), CASES, ids=NAMES)
def test_names_stay_where_they_were(shape: tuple[int, ...], split: bool) -> None:
    fine = full(shape, split=split).refine(2)
    ((kind, facets),) = fine.boundaries["side"].items()
    skin = fine.boundary_facets().facets[kind]
    expected = skin[(fine.points[skin][:, :, 0] == 0).all(axis=1)]
    assert {frozenset(row) for row in facets.tolist()} == {frozenset(row) for row in expected.tolist()}
    assert (facet_owners(fine, kind, facets) >= 0).all()
    cells = next(iter(fine.cells.values()))
    inside = np.flatnonzero(fine.points[cells].mean(axis=1)[:, 0] < 1)
    np.testing.assert_array_equal(np.sort(fine.regions["half"]), inside)
    values = fine.conditions["side"].value
    assert np.shape(values) == (len(facets),)
    assert len(np.unique(values)) * 4 ** (fine.dimension - 1) * (1 + (split and fine.ndim == 3)) == len(facets)


@pytest.mark.parametrize("shape", [(3, 2), (2, 2, 3)])
@pytest.mark.parametrize("seed", range(5))
def test_split_is_conforming(shape: tuple[int, ...], seed: int) -> None:
    coarse = boxes(shape, seed=seed)
    fine = coarse.simplices()
    check_same_domain(fine, coarse)
    assert fine.n_cells == coarse.n_cells * (2 if len(shape) == 2 else 6)
    assert fine.simplices() is fine


def test_split_of_mixed_cells_keeps_numbers() -> None:
    points = [[0, 0], [1, 0], [1, 1], [0, 1], [2, 0]]
    cells = {"quad": [[0, 1, 2, 3]], "triangle": [[1, 4, 2]]}
    mesh = Mesh(points, cells, regions={"t": [1], "q": [0]}, cell_data={"k": [7, 8]})
    split = mesh.simplices()
    assert list(split.cells) == ["triangle"]
    assert split.regions["t"].tolist() == [2]
    assert split.regions["q"].tolist() == [0, 1]
    assert split.cell_data["k"].tolist() == [7, 7, 8]
    fine = mesh.refine()
    fine.check()
    assert fine.regions["t"].tolist() == [4, 5, 6, 7]
    assert fine.n_points == 5 + 6 + 1


@pytest.mark.parametrize("kind", NAMES)
def test_shapes_do_not_deteriorate(kind: Any) -> None:
    mesh = box_mesh((1,) * (2 if kind in ("quad", "triangle") else 3), kind=kind)
    worst = [mesh.refine(times).quality().min() for times in (1, 2, 3)]
    assert worst[2] == pytest.approx(worst[1], rel=1e-12)


def test_shortest_diagonal() -> None:
    mesh = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0.4, 0.4, 0.1]], {"tetra": [[0, 1, 2, 3]]}).refine()
    ends = {tuple(mesh.points[list(pair)].mean(axis=0)) for pair in ((4, 9), (5, 7), (6, 8))}
    assert len(ends) == 1  # the diagonals halve each other
    lengths = {pair: np.linalg.norm(np.subtract(*mesh.points[list(pair)])) for pair in ((4, 9), (5, 7), (6, 8))}
    shortest = min(lengths, key=lambda pair: lengths[pair])
    inner = [cell for cell in mesh.cells["tetra"].tolist() if {*shortest} <= {*cell}]
    assert len(inner) == 4


def test_foreign_facets_are_refused() -> None:
    mesh = boxes((2, 1), 0).replace(boundaries={"a": {"line": [[0, 0]]}})
    with pytest.raises(InputError, match="facets that no cell has"):
        mesh.refine()


def test_surface_in_space_is_refined() -> None:
    mesh = Mesh([[0, 0, 0], [1, 0, 1], [0, 1, 1]], {"triangle": [[0, 1, 2]]})
    assert mesh.refine(2).volumes().sum() == pytest.approx(mesh.volumes()[0], rel=1e-14)
    assert mesh.boundary_facets().facets["line"].shape == (3, 2)
