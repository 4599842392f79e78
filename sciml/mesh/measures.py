"""Volumes and shape quality of cells."""

from collections.abc import Callable, Mapping
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.cell_types import CELL_TYPES
from sciml.mesh.mesh import Mesh

__all__ = ["corner_volumes", "qualities", "volumes"]

_CHUNK = 1 << 15  # cells whose vertices and differences stay in the cache
Vectors = Any  # tuple of arrays, one a component: contiguous, unlike columns of an (m, 3) array


def volumes(mesh: Mesh) -> NDArray[np.float64]:
    """Area or volume of every cell, shape (n_cells,).

    Negative where the vertices run the wrong way round; areas of surfaces in space have no sign.

    Examples
    --------
    >>> volumes(Mesh([[0, 0], [2, 0], [2, 1], [0, 1]], {"quad": [[0, 1, 2, 3]]}))
    array([2.])
    """
    return _over_cells(mesh, _VOLUMES, _simplex_volumes)


def qualities(mesh: Mesh) -> NDArray[np.float64]:
    """Shape of every cell, shape (n_cells,): 1 is the best, 0 degenerate, below 0 inverted.

    Triangles and tetrahedra: radius of the inscribed over that of the circumscribed sphere, times the
    dimension. Quads and hexahedra: the least volume spanned by the unit vectors along the edges of a corner.

    References
    ----------
    A. Liu, B. Joe, "Relationship between tetrahedron shape measures", BIT 34, 1994.
    P. Knupp, "Achieving finite element mesh quality via optimization of the Jacobian matrix norm and
    associated quantities, part II", International Journal for Numerical Methods in Engineering 48, 2000.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [0, 1], [0.5, 0.75**0.5]], {"triangle": [[0, 1, 2], [0, 1, 3]]})
    >>> qualities(mesh).round(6)
    array([0.828427, 1.      ])
    """
    return _over_cells(mesh, _QUALITIES)


def corner_volumes(mesh: Mesh) -> NDArray[np.float64]:
    """The least volume spanned by the edges at a corner, over the longest of them to the power of the dimension.

    Below 0 for inverted and (nearly) 0 for degenerate cells, concave quads and twisted hexahedra included.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [0.1, 0.1], [0, 1]], {"quad": [[0, 1, 2, 3]]})
    >>> bool(volumes(mesh)[0] > 0 > corner_volumes(mesh)[0])
    True
    """
    return _over_cells(mesh, _CORNERS, _simplex_corners)


def _over_cells(
    mesh: Mesh, table: Mapping[str, Callable[[list[Vectors]], Any]], simplices: Callable[..., Any] | None = None
) -> NDArray[np.float64]:
    """Values by type, chunk by chunk; those of triangles and tetrahedra by `simplices` where that is given."""
    parts = []
    for kind, block in mesh.cells.items():
        with np.errstate(all="ignore"):  # degenerate cells divide by zero, huge coordinates overflow
            if simplices is not None and kind in ("triangle", "tetra"):
                parts.append(simplices(mesh.points, block))
            else:
                parts.append(_in_chunks(mesh.points, block, table[kind]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _simplex_volumes(points: Any, block: Any) -> NDArray[np.float64]:
    from sciml.kernels.simplex_sizes import simplex_sizes  # loads the compiler

    return simplex_sizes(points, block, edges=False)[0]


def _simplex_corners(points: Any, block: Any) -> NDArray[np.float64]:
    from sciml.kernels.simplex_sizes import simplex_sizes

    (volume, longest), d = simplex_sizes(points, block), block.shape[1] - 1
    return np.asarray(np.nan_to_num(factorial(d) * volume / longest ** (d / 2)))


def _in_chunks(points: Any, block: Any, function: Callable[[list[Vectors]], Any]) -> NDArray[np.float64]:
    result = np.empty(len(block))
    columns = [np.ascontiguousarray(column) for column in points.T]
    for begin in range(0, len(block), _CHUNK):
        vertices = block[begin : begin + _CHUNK].T
        result[begin : begin + _CHUNK] = function([tuple(column[v] for column in columns) for v in vertices])
    return result


def _minus(a: Vectors, b: Vectors) -> Vectors:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def _dot(a: Vectors, b: Vectors) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _norm(a: Vectors) -> Any:
    return np.sqrt(_dot(a, a))


def _cross(a: Vectors, b: Vectors) -> Vectors:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _area(a: Vectors, b: Vectors) -> Any:
    """Of the parallelogram: signed in the plane."""
    return a[0] * b[1] - a[1] * b[0] if len(a) == 2 else _norm(_cross(a, b))


def _determinant(a: Vectors, b: Vectors, c: Vectors) -> Any:
    return _dot(a, _cross(b, c))


def _span(edges: list[Vectors]) -> Any:
    return _area(*edges) if len(edges) == 2 else _determinant(*edges)


def _triangle_area(at: list[Vectors]) -> Any:
    return _area(_minus(at[1], at[0]), _minus(at[2], at[0])) / 2


def _quad_area(at: list[Vectors]) -> Any:
    return _area(_minus(at[2], at[0]), _minus(at[3], at[1])) / 2


def _tetra_volume(at: list[Vectors]) -> Any:
    return _determinant(*(_minus(at[k], at[0]) for k in (1, 2, 3))) / 6


def _hexahedron_volume(at: list[Vectors]) -> Any:
    # The cone over a bilinear face has the mean volume of the cones over its two triangulations.
    d = [_minus(p, at[0]) for p in at]
    total = 0.0
    for a, b, c, e in CELL_TYPES["hexahedron"].facets["quad"]:
        for triangle in ((a, b, c), (a, c, e), (a, b, e), (b, c, e)):
            if 0 not in triangle:
                total = total + _determinant(*(d[k] for k in triangle))
    return total / 12


def _triangle_quality(at: list[Vectors]) -> Any:
    a, b, c = (_norm(_minus(at[i], at[j])) for i, j in ((0, 1), (1, 2), (2, 0)))
    area = _triangle_area(at)
    return np.nan_to_num(16 * area * np.abs(area) / ((a + b + c) * a * b * c))


def _tetra_quality(at: list[Vectors]) -> Any:
    # Radii 3 V / S and sqrt((p + q + r)(-p + q + r)(p - q + r)(p + q - r)) / (24 V), where p, q and r are
    # the products of the lengths of opposite edges and S the surface.
    volume = _tetra_volume(at)
    p, q, r = (
        _norm(_minus(at[i], at[j])) * _norm(_minus(at[k], at[m]))
        for i, j, k, m in ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2))
    )
    surface = sum(
        _area(_minus(at[j], at[i]), _minus(at[k], at[i])) / 2 for i, j, k in CELL_TYPES["tetra"].facets["triangle"]
    )
    root = np.sqrt(np.maximum((p + q + r) * (-p + q + r) * (p - q + r) * (p + q - r), 0))
    return np.nan_to_num(216 * volume * np.abs(volume) / (surface * root))


# The edges at a corner, in the order that makes them span a positive volume.
_NEIGHBOURS = {
    "quad": ((1, 3), (2, 0), (3, 1), (0, 2)),
    "hexahedron": (
        (1, 3, 4), (2, 0, 5), (3, 1, 6), (0, 2, 7), (7, 5, 0), (4, 6, 1), (5, 7, 2), (6, 4, 3),
    ),
}  # fmt: skip


def _corner_edges(kind: str, at: list[Vectors]) -> list[list[Vectors]]:
    return [[_minus(at[k], at[i]) for k in ends] for i, ends in enumerate(_NEIGHBOURS[kind])]


def _unit_corner(kind: str) -> Callable[[list[Vectors]], Any]:
    def least(at: list[Vectors]) -> Any:
        corners = (_span(e) / np.prod([_norm(a) for a in e], axis=0) for e in _corner_edges(kind, at))
        return np.nan_to_num(np.minimum.reduce(list(corners)))

    return least


def _relative_corner(kind: str) -> Callable[[list[Vectors]], Any]:
    def least(at: list[Vectors]) -> Any:
        size = np.maximum.reduce([_norm(_minus(at[i], at[j])) for i, j in CELL_TYPES[kind].edges])
        span = np.minimum.reduce([_span(edges) for edges in _corner_edges(kind, at)])
        return np.nan_to_num(span / size ** CELL_TYPES[kind].dimension)

    return least


_VOLUMES = {"quad": _quad_area, "hexahedron": _hexahedron_volume}
_QUALITIES = {
    "triangle": _triangle_quality, "quad": _unit_corner("quad"),
    "tetra": _tetra_quality, "hexahedron": _unit_corner("hexahedron"),
}  # fmt: skip
_CORNERS = {kind: _relative_corner(kind) for kind in _VOLUMES}
