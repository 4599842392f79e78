"""Launch of the product without the matrix on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import Incidence

__all__ = ["PROGRAM", "p1_product"]

PROGRAM = Program(__package__, "simplex", types=())

Array = NDArray[np.float64]


def p1_product(
    cells: Indices, incidence: Incidence, u: Array, edges: Array | None = None, masses: Array | None = None
) -> Array:
    """See the package function."""
    out = np.empty_like(u)
    PROGRAM.launch(
        "product", len(u), (), np.int64(len(u)), cells.shape[1], cells, incidence, u,
        u if edges is None else edges, edges is not None, u if masses is None else masses, masses is not None, out,
    )
    return out
