"""What makes a mesh unfit for computing."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.facets import facet_owners
from sciml.mesh.measures import corner_volumes
from sciml.mesh.mesh import Mesh

__all__ = ["check", "duplicates", "orphans"]

# Of the longest edge to the power of the dimension: what rounding leaves of a flat cell.
FLAT = 1e-13
_CHUNK = 1 << 15  # cells whose vertices stay in the cache


def check(mesh: Mesh) -> None:
    """Refuse inverted, degenerate and duplicate cells, orphan points, and boundaries that are no facets.

    Raises
    ------
    InputError
        With the number of each and the first one.

    Examples
    --------
    >>> check(Mesh([[0, 0], [1, 0], [0, 1], [5, 5]], {"triangle": [[0, 2, 1]]}))
    Traceback (most recent call last):
        ...
    sciml._errors.InputError: the mesh has 1 inverted cell (first: 0), 1 orphan point (first: 3); \
mend it, or see Mesh.oriented and Mesh.compact
    """
    found = [
        f"{len(bad)} {what}{'s' * (len(bad) > 1)}{where} (first: {bad[0]})"
        for what, where, bad in _findings(mesh)
        if len(bad)
    ]
    if found:
        raise InputError(f"the mesh has {', '.join(found)}; mend it, or see Mesh.oriented and Mesh.compact")


def duplicates(mesh: Mesh) -> NDArray[np.int64]:
    """Cells with the vertices of an earlier cell, in any order.

    Examples
    --------
    >>> duplicates(Mesh([[0, 0], [1, 0], [0, 1]], {"triangle": [[0, 1, 2], [1, 2, 0]]}))
    array([1])
    """
    from sciml.kernels.label_tuples import label_tuples  # loads the compiler

    found = []
    for kind, block in mesh.cells.items():
        if block.shape[1] == 8:  # pairs of labels stand for eight sorted vertices
            halves = np.sort(block, axis=1).reshape(-1, 4)
            names, count = label_tuples(halves, mesh.n_points)
            labels, count = label_tuples(names.reshape(-1, 2), count)
        else:
            labels, count = label_tuples(block, mesh.n_points)
        again = np.ones(len(block) if count < len(block) else 0, dtype=np.bool_)
        if len(again):
            again[np.unique(labels, return_index=True)[1]] = False
        found.append(mesh.starts[kind] + np.flatnonzero(again))
    return np.concatenate(found)


def orphans(mesh: Mesh) -> NDArray[np.int64]:
    """Points that no cell uses.

    Examples
    --------
    >>> orphans(Mesh([[0, 0], [1, 0], [0, 1], [5, 5]], {"triangle": [[0, 2, 1]]}))
    array([3])
    """
    used = np.zeros(mesh.n_points, dtype=np.bool_)
    for block in mesh.cells.values():
        for begin in range(0, len(block), _CHUNK):  # NumPy's own conversion to indices is slow
            used[block[begin : begin + _CHUNK].astype(np.intp)] = True
    return np.flatnonzero(~used)


def _findings(mesh: Mesh) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    span = corner_volumes(mesh)
    yield "inverted cell", "", np.flatnonzero(span < -FLAT)
    yield "degenerate cell", "", np.flatnonzero(np.abs(span) <= FLAT)
    yield "duplicate cell", "", duplicates(mesh)
    yield "orphan point", "", orphans(mesh)
    for name, facets in mesh.boundaries.items():
        for kind, rows in facets.items():
            yield "facet", f" of boundary '{name}' that no cell has", np.flatnonzero(facet_owners(mesh, kind, rows) < 0)
