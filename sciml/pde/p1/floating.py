"""Floating components of a problem on a mesh."""

import numpy as np

from sciml.kernels._simplices import Pattern
from sciml.kernels.label_vertices import label_vertices
from sciml.mesh.components import NullSpace
from sciml.pde.floating import null_space
from sciml.pde.p1.parts import Parts

__all__ = ["mesh_null_space"]


def mesh_null_space(parts: Parts, pattern: Pattern) -> NullSpace | None:
    """Constants on the components of unknown vertices that nothing pins, largest first; None when there are none.

    Two unknown vertices hang together when they share a cell: the gradient of u vanishes in a cell only
    if u is constant there. A prescribed vertex of the cell, a shift in it, or a Robin facet pins it.
    """
    space, masses = parts.space, parts.masses
    unknown = pattern.number >= 0
    labels, count = label_vertices(space.cells, unknown)
    pinned = np.zeros(count + 1, dtype=np.bool_)
    pinned[labels[space.cells[space.around(np.flatnonzero(~unknown))]]] = True
    if masses is not None:
        pinned[labels[space.cells[masses > 0]]] = True
    for contact in parts.conditions.contacts:
        pinned[labels[contact.facets[contact.transfer > 0]]] = True
    pinned[0] = True  # the prescribed vertices
    return None if pinned.all() else null_space(labels[pattern.vertices], pinned)
