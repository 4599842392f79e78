"""Launches of the pattern on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence, Pattern, require_entries

__all__ = ["PROGRAM", "p1_pattern"]

PROGRAM = Program(__package__, "rows", types=())


def p1_pattern(cells: Indices, incidence: Incidence, unknown: NDArray[np.bool_] | None = None) -> Pattern:
    """See the package function."""
    k, starts = cells.shape[1], incidence.starts
    vertices, number = _numbering(incidence, unknown)
    rows = len(vertices)
    room = np.empty_like(cells, shape=(k * cells.size,))
    counts = np.zeros_like(cells, shape=(rows + 1,))
    PROGRAM.launch("merge", rows, (), np.int64(rows), k, cells, incidence, vertices, number, room, counts)
    ends = np.cumsum(counts, dtype=np.int64)
    entries = int(ends[-1])
    require_entries(entries)
    indptr, indices = ends.astype(np.int32), np.empty_like(cells, shape=(entries,))
    PROGRAM.launch(
        "compact", entries, (), np.int64(rows), np.int64(entries), k, starts, vertices, indptr, room, indices
    )
    return Pattern(indptr, indices, vertices, number)


def _numbering(incidence: Incidence, unknown: NDArray[np.bool_] | None) -> tuple[Indices, Indices]:
    if unknown is None:
        every = np.arange(len(incidence.starts) - 1, dtype=np.int32, like=incidence.starts)
        return every, every
    number = np.where(unknown, np.cumsum(unknown) - 1, -1).astype(np.int32)
    return np.flatnonzero(unknown).astype(np.int32), number
