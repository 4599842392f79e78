"""The part of the outside that has no name yet."""

import numpy as np
from numpy.typing import NDArray

from sciml.mesh.mesh import Mesh

__all__ = ["name_rest"]


def name_rest(mesh: Mesh, name: str) -> Mesh:
    """A copy whose unnamed outer facets form the boundary `name`; the mesh itself when every facet has one.

    Examples
    --------
    >>> mesh = Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 1, 2]]}, boundaries={"low": {"line": [[0, 1]]}})
    >>> name_rest(mesh, "rest").boundaries["rest"]["line"].tolist()
    [[1, 2], [2, 0]]
    """
    rest = {}
    for kind, facets in mesh.boundary_facets().facets.items():
        named = [members[kind] for members in mesh.boundaries.values() if kind in members]
        if named:
            known, outer = _keys(np.concatenate(named)), _keys(facets)
            facets = facets[~np.isin(outer, known)]
        if len(facets):
            rest[kind] = facets
    return mesh.replace(boundaries={**mesh.boundaries, name: rest}) if rest else mesh


def _keys(facets: NDArray[np.int32]) -> NDArray[np.void]:
    """One comparable item a facet, whatever the order of its vertices."""
    rows = np.ascontiguousarray(np.sort(facets, axis=1))
    return rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
