"""The four cell types: vertex order, facets, edges and their splitting into simplices."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CELL_TYPES", "FACET_TYPES", "CellType"]


@dataclass(frozen=True)
class CellType:
    """Vertex numbering of a cell type (VTK's); facets are listed with their normal pointing out.

    Examples
    --------
    >>> CELL_TYPES["triangle"].facets
    {'line': ((0, 1), (1, 2), (2, 0))}
    """

    dimension: int
    n_vertices: int
    facets: Mapping[str, tuple[tuple[int, ...], ...]]
    edges: tuple[tuple[int, int], ...]


CELL_TYPES: Mapping[str, CellType] = {
    "triangle": CellType(2, 3, {"line": ((0, 1), (1, 2), (2, 0))}, ((0, 1), (1, 2), (2, 0))),
    "quad": CellType(2, 4, {"line": ((0, 1), (1, 2), (2, 3), (3, 0))}, ((0, 1), (1, 2), (2, 3), (3, 0))),
    "tetra": CellType(
        3, 4,
        {"triangle": ((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2))},
        ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
    ),
    "hexahedron": CellType(
        3, 8,
        {"quad": ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))},
        (
            (0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7),
        ),
    ),
}  # fmt: skip

# Number of vertices.
FACET_TYPES: Mapping[str, int] = {"line": 2, "triangle": 3, "quad": 4}
