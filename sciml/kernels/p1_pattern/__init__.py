"""Pattern of the matrix of linear finite elements: which unknown vertices share a cell."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._device import dispatched
from sciml.kernels._graph import Indices
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._simplices import Incidence, Pattern, flat, require_entries
from sciml.kernels.p1_pattern.numba import rows

__all__ = ["p1_pattern"]


@dispatched
def p1_pattern(cells: Indices, incidence: Incidence, unknown: NDArray[np.bool_] | None = None) -> Pattern:
    """Merge the cells around every unknown vertex to a row with rising columns.

    Parameters
    ----------
    cells : ndarray of int32, shape (m, d + 1), C-contiguous
        Vertices of each simplex.
    incidence : Incidence
        Of these cells, by `vertex_cells`.
    unknown : ndarray of bool, shape (n,), optional
        Vertices that have a row and a column; default all.

    Returns
    -------
    Pattern
        int32; every row of a vertex that belongs to a cell holds its diagonal.

    Raises
    ------
    InputError
        If there are more than 2^31 entries.

    Examples
    --------
    >>> from sciml.kernels.vertex_cells import vertex_cells
    >>> cells = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    >>> pattern = p1_pattern(cells, vertex_cells(cells, 4), np.array([True, True, False, True]))
    >>> pattern.indptr, pattern.indices
    (array([0, 3, 5, 7], dtype=int32), array([0, 1, 2, 0, 1, 0, 2], dtype=int32))
    """
    vertices, number = _numbering(len(incidence.starts) - 1, unknown)
    counts = np.zeros(len(vertices) + 1, dtype=np.int32)
    given = cells.shape[1], flat(cells), *map(flat, incidence), flat(vertices), flat(number), counts.view(np.uint32)
    columns = run_slabs(rows, slabs(len(vertices), cells.size), *given)
    total = sum(map(len, columns))
    require_entries(total)
    return Pattern(np.cumsum(counts, dtype=np.int32), np.concatenate(columns).view(np.int32), vertices, number)


def _numbering(n: int, unknown: NDArray[np.bool_] | None) -> tuple[Indices, Indices]:
    if unknown is None:
        vertices = number = np.arange(n, dtype=np.int32)
    else:
        vertices = np.flatnonzero(unknown).astype(np.int32)
        number = np.full(n, -1, dtype=np.int32)
        number[vertices] = np.arange(len(vertices), dtype=np.int32)
    return vertices, number
