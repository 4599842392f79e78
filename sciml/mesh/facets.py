"""Facets of cells: edges of surface cells, faces of volume cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.cell_types import CELL_TYPES, FACET_TYPES
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["BoundaryFacets", "boundary_facets", "facet_owners"]

_CHUNK = 1 << 15  # cells whose vertices stay in the cache


@dataclass(frozen=True, eq=False)
class BoundaryFacets:
    """The facets that belong to one cell only.

    Parameters
    ----------
    facets : mapping of str to ndarray of int32
        Vertices of the ``line``, ``triangle`` or ``quad`` facets, seen from outside in counter-clockwise
        order; the domain lies to the left of a line. Outward holds for cells of positive volume.
    owners : mapping of str to ndarray of int64
        The cell of each facet.
    """

    facets: Facets
    owners: Mapping[str, NDArray[np.int64]]


def boundary_facets(mesh: Mesh) -> BoundaryFacets:
    """Facets of one cell only, in the order of the cells.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"triangle": [[0, 1, 2], [0, 2, 3]]})
    >>> boundary_facets(mesh).facets["line"].tolist()
    [[0, 1], [1, 2], [2, 3], [3, 0]]
    """
    from sciml.kernels.label_tuples import label_tuples  # loads the compiler

    facets, owners = {}, {}
    for kind, (vertices, cells) in _by_type(mesh, _open(mesh)).items():
        labels, count = label_tuples(vertices, mesh.n_points)
        single = (np.bincount(labels, minlength=count) == 1)[labels]
        facets[kind], owners[kind] = vertices[single], cells[single]
        facets[kind].flags.writeable = owners[kind].flags.writeable = False
    return BoundaryFacets(facets, owners)


def facet_owners(mesh: Mesh, kind: str, facets: NDArray[np.int32]) -> NDArray[np.int64]:
    """A cell, the first one, that each of the given facets belongs to.

    Parameters
    ----------
    mesh : Mesh
    kind : {"line", "triangle", "quad"}
        Type of the facets.
    facets : ndarray of int32, shape (k, 2), (k, 3) or (k, 4)
        Their vertices in any order.

    Returns
    -------
    ndarray of int64, shape (k,)
        Cell numbers, -1 where no cell has this facet.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [1, 1], [0, 1]], {"triangle": [[0, 1, 2], [0, 2, 3]]})
    >>> facet_owners(mesh, "line", np.array([[3, 2], [1, 3]], dtype=np.int32))
    array([ 1, -1])
    """
    from sciml.kernels.label_tuples import label_tuples

    among = np.zeros(mesh.n_points, dtype=np.bool_)
    among[facets] = True
    vertices, cells = _by_type(mesh, among).get(kind, (facets[:0], np.empty(0, np.int64)))
    labels, count = label_tuples(np.concatenate([vertices, facets]), mesh.n_points)
    owner = np.full(count, -1, dtype=np.int64)
    owner[labels[: len(vertices)][::-1]] = cells[::-1]  # the first of several is written last
    return owner[labels[len(vertices) :]]


def _open(mesh: Mesh) -> NDArray[np.bool_]:
    """Vertices on the boundary, and some others where more than two cells meet in a facet."""
    from sciml.kernels.open_vertices import open_vertices

    by_type: dict[str, list[tuple[NDArray[np.int32], tuple[tuple[int, ...], ...]]]] = {}
    for kind, block in mesh.cells.items():
        for facet, local in CELL_TYPES[kind].facets.items():
            by_type.setdefault(facet, []).append((block, local))
    found = np.zeros(mesh.n_points, dtype=np.bool_)
    for blocks in by_type.values():
        found |= open_vertices(blocks, mesh.n_points)
    return found


def _by_type(mesh: Mesh, among: NDArray[np.bool_]) -> dict[str, tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Facets that have all vertices among the given ones, by type, and the cell of each."""
    parts: dict[str, list[tuple[NDArray[np.int32], NDArray[np.int64]]]] = {}
    for kind, block in mesh.cells.items():
        for facet, local in CELL_TYPES[kind].facets.items():
            enough = _with(block, among, FACET_TYPES[facet])
            rows = block[enough][:, np.ravel(local)].reshape(-1, FACET_TYPES[facet])
            kept = among[rows].all(axis=1)
            parts.setdefault(facet, []).append((rows[kept], np.repeat(mesh.starts[kind] + enough, len(local))[kept]))
    return {
        facet: (np.concatenate([rows for rows, _ in some]), np.concatenate([cells for _, cells in some]))
        for facet, some in parts.items()
    }


def _with(block: NDArray[np.int32], among: NDArray[np.bool_], least: int) -> NDArray[np.int64]:
    """Rows with at least so many of these vertices."""
    enough, marks = np.empty(len(block), dtype=np.bool_), among.view(np.uint8)
    for begin in range(0, len(block), _CHUNK):
        hits = marks.take(block[begin : begin + _CHUNK]).T  # added up by column: NumPy's sums of short rows are slow
        np.greater_equal(sum(hits[1:], start=hits[0]), least, out=enough[begin : begin + _CHUNK])
    return np.flatnonzero(enough)
