"""Facets of cells: edges of surface cells, faces of volume cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.cell_types import CELL_TYPES, FACET_TYPES
from sciml.mesh.mesh import Facets, Mesh

__all__ = ["BoundaryFacets", "boundary_facets", "facet_owners"]


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
    for kind, (vertices, cells) in _by_type(mesh).items():
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


def _by_type(
    mesh: Mesh, among: NDArray[np.bool_] | None = None
) -> dict[str, tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """All facets by type and the cell of each; with `among`, of cells that have enough of these vertices."""
    parts: dict[str, list[tuple[NDArray[np.int32], NDArray[np.int64]]]] = {}
    for kind, block in mesh.cells.items():
        numbers = np.arange(mesh.starts[kind], mesh.starts[kind] + len(block))
        for facet, local in CELL_TYPES[kind].facets.items():
            if among is not None:
                enough = np.count_nonzero(among[block], axis=1) >= FACET_TYPES[facet]
                numbers, block = numbers[enough], block[enough]
            rows = block[:, np.ravel(local)].reshape(-1, FACET_TYPES[facet])
            parts.setdefault(facet, []).append((rows, np.repeat(numbers, len(local))))
    return {
        facet: (np.concatenate([rows for rows, _ in some]), np.concatenate([cells for _, cells in some]))
        for facet, some in parts.items()
    }
