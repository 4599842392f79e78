"""Facets, volumes, quality, checks and repairs of meshes, on cells whose values are known."""

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh import Mesh, box_mesh
from sciml.mesh.cell_types import CELL_TYPES
from sciml.mesh.facets import facet_owners
from sciml.mesh.measures import corner_volumes

CUBE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float)
# One cell of each type with a volume that can be told.
UNIT = {
    "triangle": (np.array([[0, 0], [1, 0], [0, 1]], float), 1 / 2),
    "quad": (CUBE[:4, :2], 1.0),
    "tetra": (CUBE[[0, 1, 3, 4]], 1 / 6),
    "hexahedron": (CUBE, 1.0),
}
QUADS = {2: "quad", 3: "hexahedron"}
SQUARE = {"triangle": [[0, 1, 2], [0, 2, 3]]}


def unit(kind: str) -> Mesh:
    points, _ = UNIT[kind]
    return Mesh(points, {kind: [[*range(len(points))]]})


def areas(points: NDArray[np.float64], kind: str, facets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Vectors normal to the facets, their length the area."""
    p = points[facets]
    if kind == "line":
        edge = p[:, 1] - p[:, 0]
        return np.stack([edge[:, 1], -edge[:, 0]], axis=1)
    ends = ((0, 1), (0, 2)) if kind == "triangle" else ((0, 2), (1, 3))
    a, b = (p[:, j] - p[:, i] for i, j in ends)
    return np.cross(a, b) / 2


@pytest.mark.parametrize("kind", UNIT)
def test_unit_cell(kind: str) -> None:
    points, volume = UNIT[kind]
    mesh = unit(kind)
    assert mesh.volumes() == pytest.approx([volume], rel=1e-15)
    mirrored = mesh.replace(points=points * [-1, *[1] * (mesh.ndim - 1)])
    assert mirrored.volumes() == pytest.approx([-volume], rel=1e-15)
    assert mirrored.quality() == pytest.approx(-mesh.quality(), rel=1e-14)
    assert mirrored.oriented().volumes() == pytest.approx([volume], rel=1e-15)
    mesh.check()
    with pytest.raises(InputError, match=r"1 inverted cell \(first: 0\); mend"):
        mirrored.check()


@pytest.mark.parametrize("kind", UNIT)
def test_facets_of_a_cell_point_outward_and_close_it(kind: str) -> None:
    mesh = unit(kind)
    skin = mesh.boundary_facets()
    centre = mesh.points.mean(axis=0)
    total, flux = np.zeros(mesh.ndim), 0.0
    for name, facets in skin.facets.items():
        normals, middles = areas(mesh.points, name, facets), mesh.points[facets].mean(axis=1)
        assert ((normals * (middles - centre)).sum(axis=1) > 0).all()
        total += normals.sum(axis=0)
        flux += (normals * middles).sum() / mesh.ndim  # divergence theorem
    np.testing.assert_allclose(total, 0, atol=1e-15)
    assert flux == pytest.approx(UNIT[kind][1], rel=1e-14)


@pytest.mark.parametrize("kind", UNIT)
def test_best_shape_has_quality_one(kind: str) -> None:
    regular = {
        "triangle": np.array([[0, 0], [1, 0], [0.5, 0.75**0.5]]),
        "tetra": np.array([[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]], float),
    }
    points = regular.get(kind, UNIT[kind][0])
    assert Mesh(points, {kind: [[*range(len(points))]]}).quality() == pytest.approx([1.0], rel=1e-14)


def test_quality_is_the_ratio_of_radii() -> None:
    points = np.random.default_rng(1).random((4, 3))
    p, q, r, s = points
    centre = np.linalg.solve(2 * (points[1:] - p), (points[1:] ** 2).sum(axis=1) - (p**2).sum())
    surface = sum(np.linalg.norm(np.cross(b - a, c - a)) / 2 for a, b, c in combinations(points, 3))
    volume = abs(np.linalg.det([q - p, r - p, s - p])) / 6
    ratio = 3 * (3 * volume / surface) / np.linalg.norm(centre - p)
    assert np.abs(Mesh(points, {"tetra": [[0, 1, 2, 3]]}).quality()) == pytest.approx([ratio], rel=1e-12)


def test_volume_of_a_twisted_hexahedron_is_that_of_its_map() -> None:
    rng = np.random.default_rng(2)
    points = CUBE + 0.2 * rng.standard_normal((8, 3))
    x, w = np.polynomial.legendre.leggauss(4)
    x, w = (x + 1) / 2, w / 2
    total = 0.0
    for a, b, c in np.ndindex(4, 4, 4):
        at = np.array([x[a], x[b], x[c]])
        factors = np.where(CUBE == 1, at, 1 - at)
        slopes = np.where(CUBE == 1, 1.0, -1.0)
        columns = [slopes[:, k] * np.delete(factors, k, axis=1).prod(axis=1) for k in range(3)]
        total += w[a] * w[b] * w[c] * np.linalg.det(points.T @ np.stack(columns, axis=1))
    assert Mesh(points, {"hexahedron": [[*range(8)]]}).volumes() == pytest.approx([total], rel=1e-13)


@pytest.mark.parametrize(("shape", "count"), [((3, 4), 14), ((2, 3, 4), 52)])
def test_boundary_of_a_box(shape: tuple[int, ...], count: int) -> None:
    mesh = box_mesh(shape, tuple(map(float, shape)), QUADS[len(shape)])
    skin = mesh.boundary_facets()
    ((kind, facets),) = skin.facets.items()
    assert len(facets) == count == sum(len(side[kind]) for side in mesh.boundaries.values())
    assert mesh.boundary_facets() is skin
    centres = mesh.points[next(iter(mesh.cells.values()))].mean(axis=1)
    outward = mesh.points[facets].mean(axis=1) - centres[skin.owners[kind]]
    np.testing.assert_allclose(np.abs(outward).sum(axis=1), 0.5)
    assert ((areas(mesh.points, kind, facets) * outward).sum(axis=1) > 0).all()
    np.testing.assert_array_equal(facet_owners(mesh, kind, facets[:, ::-1]), skin.owners[kind])


def test_boundary_of_mixed_cells() -> None:
    points = [[0, 0], [1, 0], [1, 1], [0, 1], [2, 0]]
    skin = Mesh(points, {"triangle": [[1, 4, 2]], "quad": [[0, 1, 2, 3]]}).boundary_facets()
    assert skin.facets["line"].tolist() == [[1, 4], [4, 2], [0, 1], [2, 3], [3, 0]]
    assert skin.owners["line"].tolist() == [0, 0, 1, 1, 1]


@given(st.integers(0, 2**32 - 1), st.sampled_from(["triangle", "tetra", "quad"]), st.integers(4, 9), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_boundary_is_what_one_cell_has(seed: int, kind: str, n_points: int, n_cells: int) -> None:
    rng = np.random.default_rng(seed)
    width, ndim = CELL_TYPES[kind].n_vertices, CELL_TYPES[kind].dimension
    cells = np.array([rng.permutation(n_points)[:width] for _ in range(n_cells)])
    skin = Mesh(rng.random((n_points, ndim)), {kind: cells}).boundary_facets()
    ((facet, local),) = CELL_TYPES[kind].facets.items()
    rows = [(i, cell[list(places)].tolist()) for i, cell in enumerate(cells) for places in local]
    times = Counter(frozenset(row) for _, row in rows)
    once = [(i, row) for i, row in rows if times[frozenset(row)] == 1]
    assert skin.owners[facet].tolist() == [i for i, _ in once]
    assert skin.facets[facet].tolist() == [row for _, row in once]


@given(st.integers(0, 2**32 - 1), st.integers(4, 9), st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_owners_are_those_of_a_search(seed: int, n_points: int, n_cells: int) -> None:
    rng = np.random.default_rng(seed)
    cells = np.array([rng.permutation(n_points)[:4] for _ in range(n_cells)])
    mesh = Mesh(rng.random((n_points, 3)), {"tetra": cells})
    wanted = np.array([rng.permutation(n_points)[:3] for _ in range(20)], np.int32)
    found = [next((i for i, cell in enumerate(cells) if {*face} <= {*cell}), -1) for face in wanted]
    assert facet_owners(mesh, "triangle", wanted).tolist() == found


@pytest.mark.parametrize(
    ("points", "cells", "text"),
    [
        ([[0, 0], [1, 0], [1, 1], [0, 1]], {"triangle": [[0, 2, 1], [0, 3, 2]]}, r"2 inverted cells \(first: 0\)"),
        ([[0, 0], [1, 0], [2, 0], [0, 1]], {"triangle": [[0, 1, 3], [0, 1, 2]]}, r"1 degenerate cell \(first: 1\)"),
        ([[0, 0], [1, 0], [1, 1]], {"triangle": [[0, 1, 2], [0, 1, 2], [2, 0, 1]]}, r"2 duplicate cells \(first: 1\)"),
        ([[0, 0], [1, 0], [1, 1], [0, 1], [0, 1]], SQUARE, r"1 orphan point \(first: 4\)"),
        ([[0, 0], [1, 0], [0.1, 0.1], [0, 1]], {"quad": [[0, 1, 2, 3]]}, "1 inverted cell"),
    ],
)  # fmt: skip
def test_check_names_what_is_wrong(points: list[list[float]], cells: dict[str, list[list[int]]], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Mesh(points, cells).check()


def test_check_counts_everything_in_one_line() -> None:
    cells = [[0, 1, 2], [0, 2, 1], [0, 0, 1]]
    mesh = Mesh([[0, 0], [1, 0], [0, 1], [5, 5]], {"triangle": cells}, boundaries={"a": {"line": [[0, 1], [1, 3]]}})
    with pytest.raises(InputError) as error:
        mesh.check()
    assert "1 inverted cell (first: 1), 1 degenerate cell (first: 2), 1 duplicate cell (first: 1), 1 orphan point " \
        "(first: 3), 1 facet of boundary 'a' that no cell has (first: 1)" in str(error.value)


def test_duplicate_hexahedra_are_found_in_any_order() -> None:
    rng = np.random.default_rng(0)
    mesh = box_mesh((2, 2, 2), kind="hexahedron")
    block = mesh.cells["hexahedron"]
    with pytest.raises(InputError, match=r"2 duplicate cells \(first: 8\)"):
        mesh.replace(cells={"hexahedron": np.concatenate([block, rng.permuted(block[[3, 5]], axis=1)])}).check()


def test_flat_cells_are_degenerate_far_from_the_origin() -> None:
    flat = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]) + 1.0
    assert abs(corner_volumes(Mesh(flat, {"tetra": [[0, 1, 2, 3]]}))[0]) < 1e-13


def test_compact_keeps_values_with_their_points() -> None:
    points = np.array([[9, 9], [0, 0], [1, 0], [8, 8], [0, 1]], float)
    mesh = Mesh(
        points, {"triangle": [[1, 2, 4]]}, boundaries={"a": {"line": [[2, 1], [3, 4]]}}, point_data={"x": points[:, 0]}
    ).compact()
    np.testing.assert_array_equal(mesh.points[mesh.cells["triangle"][0]], points[[1, 2, 4]])
    np.testing.assert_array_equal(mesh.point_data["x"], mesh.points[:, 0])
    assert mesh.boundaries["a"]["line"].tolist() == [[1, 0]]


def test_every_type_has_consistent_tables() -> None:
    for cell in CELL_TYPES.values():
        sides = [face for faces in cell.facets.values() for face in faces]
        assert {frozenset(edge) for edge in cell.edges} == {
            frozenset((face[i - 1], face[i])) for face in sides for i in range(len(face))
        }


def test_graph_of_vertices() -> None:
    graph = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], SQUARE).to_graph()
    assert [graph.indices[a:b].tolist() for a, b in pairwise(graph.indptr)] == [[1, 2, 3], [0, 2], [0, 1, 3], [0, 2]]
