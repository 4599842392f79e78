"""Simplex meshes as plain arrays: what the kernels of linear finite elements pass around."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.kernels._graph import Indices

__all__ = ["PAIRS", "Incidence", "Pattern", "edge_place", "flat", "read_only", "require_entries", "require_numbers"]

# The edges of a triangle and a tetrahedron, by their number of vertices, in the order of their weights.
PAIRS: dict[int, tuple[tuple[int, int], ...]] = {
    3: ((0, 1), (0, 2), (1, 2)),
    4: ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)),
}


class Incidence(NamedTuple):
    """The corners of cells at every vertex, in compressed rows.

    starts : ndarray of int32, shape (n + 1,)
    corners : ndarray of int32, rising within each row
        4 c + a for a vertex that is number a of cell c.
    """

    starts: Indices
    corners: Indices


class Pattern(NamedTuple):
    """Rows and columns of a matrix over the unknown vertices.

    indptr, indices : ndarray of int32, compressed rows with rising columns
    vertices : ndarray of int32, shape (rows,), rising
        The vertex of each row.
    number : ndarray of int32, shape (n,)
        The row of each vertex, -1 for those that are not unknown.
    """

    indptr: Indices
    indices: Indices
    vertices: Indices
    number: Indices


def edge_place(n_vertices: int) -> Indices:
    """Which edge of `PAIRS` joins vertices a and b of a cell, at a * n_vertices + b.

    Examples
    --------
    >>> edge_place(3).reshape(3, 3)
    array([[-1,  0,  1],
           [ 0, -1,  2],
           [ 1,  2, -1]], dtype=int32)
    """
    place = np.full((n_vertices, n_vertices), -1, dtype=np.int32)
    for edge, (a, b) in enumerate(PAIRS[n_vertices]):
        place[a, b] = place[b, a] = edge
    return place.ravel()


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """A read-only view: meshes hand out such, and kernels shall be compiled for one kind only."""
    if values.flags.writeable:
        values = values.view()
        values.flags.writeable = False
    return values


def flat(values: Indices) -> NDArray[np.uint32]:
    """Indices as the kernels want them: unsigned, so that no access tests for a negative one, and in one row."""
    return read_only(values.reshape(-1)).view(np.uint32)


def require_numbers(n_cells: int) -> None:
    """Refuse more cells than an `Incidence` can hold the corners of.

    Raises
    ------
    InputError
        If there are 2^29 or more.
    """
    if n_cells >= 2**29:
        raise InputError(f"the mesh has {n_cells} cells; at most 2^29 - 1 can be numbered")


def require_entries(entries: int) -> None:
    """Refuse a matrix of more entries than a `Pattern` can hold.

    Raises
    ------
    InputError
        If there are 2^31 or more.
    """
    if entries >= 2**31:
        raise InputError(f"the matrix would have {entries} entries; at most 2^31 - 1 can be numbered")
