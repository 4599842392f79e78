"""Quads and hexahedra into triangles and tetrahedra that fit together."""

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.cell_types import CELL_TYPES
from sciml.mesh.inherit import inherited
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["simplices"]

_CELL_PARTS = {"triangle": 1, "quad": 2, "tetra": 1, "hexahedron": 6}
_FACET_PARTS = {"line": 1, "triangle": 1, "quad": 2}
_FACES = np.array(CELL_TYPES["hexahedron"].facets["quad"])
# For each vertex of a hexahedron the three faces without it.
_OPPOSITE = np.array([[face for face in _FACES if vertex not in face] for vertex in range(8)])


def simplices(mesh: Mesh) -> Mesh:
    """The mesh with quads cut into two triangles and hexahedra into six tetrahedra.

    Points stay. Every quad, as a cell or a face, is cut by the diagonal through its vertex of the smallest
    number, so neighbours agree. A hexahedron is the union of the cones from its smallest vertex over the
    triangles of the three faces without it. Parts of a cell are numbered one after the other.

    References
    ----------
    J. Dompierre, P. Labbe, M.-G. Vallet, R. Camarero, "How to subdivide pyramids, prisms and hexahedra
    into tetrahedra", 8th International Meshing Roundtable, 1999 (the rule for the diagonals).

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"quad": [[2, 3, 0, 1]]})
    >>> simplices(mesh).cells["triangle"].tolist()
    [[0, 1, 2], [0, 2, 3]]
    """
    if not mesh.cells.keys() & {"quad", "hexahedron"}:
        return mesh
    cells = [_cut(kind, block) for kind, block in mesh.cells.items()]
    facet = "line" if mesh.dimension == 2 else "triangle"
    boundaries: dict[str, Facets] = {
        name: {facet: np.concatenate([_cut(kind, rows) for kind, rows in facets.items()])} if facets else {}
        for name, facets in mesh.boundaries.items()
    }
    return mesh.replace(
        cells={"triangle" if mesh.dimension == 2 else "tetra": np.concatenate(cells)},
        **inherited(mesh, _CELL_PARTS, _FACET_PARTS, boundaries),
    )


def _cut(kind: str, block: NDArray[np.int32]) -> NDArray[np.int32]:
    if kind == "quad":
        return _triangles(block).reshape(-1, 3)
    if kind == "hexahedron":
        rows = np.arange(len(block))
        smallest = block.argmin(axis=1)
        faces = block[rows[:, None, None], _OPPOSITE[smallest]]
        a, b, c = np.moveaxis(_triangles(faces.reshape(-1, 4)), -1, 0)
        apex = np.repeat(block[rows, smallest], 6)
        return np.stack([a.ravel(), c.ravel(), b.ravel(), apex], axis=1)  # (a, b, c) is seen from outside
    return block


def _triangles(quads: NDArray[np.int32]) -> NDArray[np.int32]:
    """The two triangles of each quad, shape (n, 2, 3)."""
    turn = (quads.argmin(axis=1)[:, None] + np.arange(4)) % 4
    a, b, c, d = np.take_along_axis(quads, turn, axis=1).T
    return np.stack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)], axis=1)
