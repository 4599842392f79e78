"""Launch of the gathering of element matrices on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence, Pattern

__all__ = ["PROGRAM", "p1_assemble"]

PROGRAM = Program(__package__, "rows", "simplex", types=())

Array = NDArray[np.float64]


def p1_assemble(
    cells: Indices, incidence: Incidence, pattern: Pattern, edges: Array | None, masses: Array | None = None
) -> Array:
    """See the package function."""
    indptr, indices, vertices, _ = pattern
    entries = len(indices)
    data: Array = np.empty_like(indices, dtype=np.float64)
    PROGRAM.launch(
        "assemble", entries, (), np.int64(len(vertices)), np.int64(entries), cells.shape[1], cells, incidence,
        indptr, indices, vertices, data if edges is None else edges, edges is not None,
        data if masses is None else masses, masses is not None, data,
    )
    return data
