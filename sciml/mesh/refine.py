"""Uniform refinement: every edge is halved."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.cell_types import CELL_TYPES
from sciml.mesh.inherit import inherited
from sciml.mesh.mesh import MAX_POINTS, Facets, Mesh

__all__ = ["refine"]

_CELL_PARTS = {"triangle": 4, "quad": 4, "tetra": 8, "hexahedron": 8}
_FACET_PARTS = {"line": 2, "triangle": 4, "quad": 4}
_EDGES: Mapping[str, tuple[tuple[int, int], ...]] = {"line": ((0, 1),)} | {
    kind: cell.edges for kind, cell in CELL_TYPES.items()
}
_FACES: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "quad": ((0, 1, 2, 3),), "hexahedron": CELL_TYPES["hexahedron"].facets["quad"],
}  # fmt: skip
# A tetrahedron without its corners is an octahedron on the midpoints 4..9 of the edges. Each of its
# diagonals, here by their ends, cuts it into four tetrahedra.
_DIAGONALS = np.array([(4, 9), (5, 7), (6, 8)])
_INNER = np.array([
    [(4, 9, 5, 6), (4, 9, 6, 7), (4, 9, 7, 8), (4, 9, 8, 5)],
    [(5, 7, 6, 4), (5, 7, 9, 6), (5, 7, 8, 9), (5, 7, 4, 8)],
    [(6, 8, 4, 5), (6, 8, 5, 9), (6, 8, 9, 7), (6, 8, 7, 4)],
])  # fmt: skip


def refine(mesh: Mesh, times: int = 1) -> Mesh:
    """Cut every triangle and quad into 4 and every tetrahedron and hexahedron into 8 parts, `times` times.

    The octahedron inside a tetrahedron is cut along its shortest diagonal. Parts of a cell are numbered one
    after the other; regions, boundaries, conditions and cell data are inherited, point data are averaged.

    Raises
    ------
    InputError
        If a named boundary has facets that no cell has, or vertex numbers would not fit into int32.

    References
    ----------
    S. Zhang, "Successive subdivisions of tetrahedra and multigrid methods on tetrahedral meshes",
    Houston Journal of Mathematics 21, 1995 (the shortest diagonal).

    Examples
    --------
    >>> mesh = refine(Mesh([[0, 0], [2, 0], [0, 2]], {"triangle": [[0, 1, 2]]}))
    >>> mesh.points[3:].tolist(), mesh.cells["triangle"].tolist()
    ([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]])
    """
    for _ in range(times):
        mesh = _halved(mesh)
    return mesh


def _halved(mesh: Mesh) -> Mesh:
    nodes = {kind: [block] for kind, block in mesh.cells.items()}
    sides = {name: {kind: [rows] for kind, rows in facets.items()} for name, facets in mesh.boundaries.items()}
    points: list[NDArray[Any]] = [mesh.points]
    data = {name: [values] for name, values in mesh.point_data.items()}
    total = mesh.n_points
    for new, numbers in (_numbered(mesh, _EDGES), _numbered(mesh, _FACES), _centres(mesh)):
        for target, arrays in zip([nodes, *sides.values()], numbers, strict=True):
            for kind, local in arrays.items():
                target[kind].append(local + np.int32(total))
        points.append(_means(mesh.points, new))
        for name, values in mesh.point_data.items():
            data[name].append(_means(values, new))
        total += len(new)
    boundaries: dict[str, Facets] = {
        name: {kind: _parts(kind, np.hstack(blocks)) for kind, blocks in facets.items()}
        for name, facets in sides.items()
    }
    coordinates = np.concatenate(points)
    return mesh.replace(
        points=coordinates,
        cells={kind: _parts(kind, np.hstack(blocks), coordinates) for kind, blocks in nodes.items()},
        point_data={name: np.concatenate(values) for name, values in data.items()},
        **inherited(mesh, _CELL_PARTS, _FACET_PARTS, boundaries),
    )


_Numbers = list[dict[str, NDArray[np.int32]]]


def _numbered(mesh: Mesh, table: Mapping[str, tuple[tuple[int, ...], ...]]) -> tuple[NDArray[np.int32], _Numbers]:
    """Vertices of every edge (or quad face), and its numbers in the cells and in each named boundary."""
    from sciml.kernels.label_tuples import label_tuples  # loads the compiler

    owners = [mesh.cells, *mesh.boundaries.values()]
    width = len(next(iter(table.values()))[0])
    tuples = [
        block[:, np.ravel(table[kind])].reshape(-1, width)
        for blocks in owners for kind, block in blocks.items() if kind in table
    ]  # fmt: skip
    rows = np.concatenate([np.empty((0, width), np.int32), *tuples])
    labels, count = label_tuples(rows, mesh.n_points)
    if mesh.n_points + count + mesh.n_cells > MAX_POINTS:
        raise InputError(f"the refined mesh would have more than {MAX_POINTS} points, whose numbers do not fit")
    in_cells = sum(len(block) * len(table[kind]) for kind, block in mesh.cells.items() if kind in table)
    if len(labels) and labels.max(initial=-1, where=np.arange(len(labels)) < in_cells) + 1 < count:
        raise InputError("a named boundary has facets that no cell has; Mesh.check tells which")
    first = np.empty(count, dtype=np.int64)
    first[labels[::-1]] = np.arange(len(labels))[::-1]
    numbers: _Numbers = []
    end = 0
    for blocks in owners:
        numbers.append({})
        for kind, block in blocks.items():
            if kind in table:
                begin, end = end, end + len(block) * len(table[kind])
                numbers[-1][kind] = labels[begin:end].reshape(len(block), -1)
    return rows[first], numbers


def _centres(mesh: Mesh) -> tuple[NDArray[np.int32], _Numbers]:
    """Vertices of the hexahedra, whose centres become points."""
    hexahedra = mesh.cells.get("hexahedron", np.empty((0, 8), np.int32))
    numbers = {"hexahedron": np.arange(len(hexahedra), dtype=np.int32)[:, None]} if len(hexahedra) else {}
    return hexahedra, [numbers, *({} for _ in mesh.boundaries)]


def _means(values: NDArray[Any], groups: NDArray[np.int32]) -> NDArray[Any]:
    """Mean over the vertices of each group; whole numbers become float64."""
    total: NDArray[Any] = values[groups[:, 0]].astype(np.result_type(values.dtype, np.float32), copy=False)
    for column in groups.T[1:]:
        total += values[column]
    total /= total.dtype.type(groups.shape[1])
    return total


def _parts(kind: str, nodes: NDArray[np.int32], points: NDArray[np.float64] | None = None) -> NDArray[np.int32]:
    """Parts of cells or facets given by their vertices and new points."""
    parts = [nodes[:, table] for table in _CORNERS[kind]]
    if kind == "triangle":
        parts.append(nodes[:, 3:6])
    if kind == "tetra":
        assert points is not None
        ends = points[nodes[:, _DIAGONALS]]
        shortest = ((ends[:, :, 0] - ends[:, :, 1]) ** 2).sum(axis=2).argmin(axis=1)
        parts += [np.take_along_axis(nodes, table[shortest], axis=1) for table in np.moveaxis(_INNER, 1, 0)]
    return np.stack(parts, axis=1).reshape(-1, parts[0].shape[1])


def _corners(kind: str) -> NDArray[np.int64]:
    """The part at vertex v has the points halfway from v to each vertex: row v of node numbers.

    Nodes are the vertices, then midpoints of edges, of quads, and of the hexahedron.
    """
    n = {"line": 2, "quad": 4, "hexahedron": 8}.get(kind) or CELL_TYPES[kind].n_vertices
    table = np.full((n, n), n + len(_EDGES[kind]) + len(_FACES.get(kind, ())))
    for number, group in reversed([*enumerate([*_EDGES[kind], *_FACES.get(kind, ())], n)]):
        for a, b in product(group, group):
            table[a, b] = number  # edges come last, since their ends lie in faces too
    np.fill_diagonal(table, np.arange(n))
    return table


_CORNERS = {kind: _corners(kind) for kind in _EDGES}
