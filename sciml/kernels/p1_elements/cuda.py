"""Launch of the element matrices on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._graph import Indices
from sciml.kernels._simplices import PAIRS

__all__ = ["PROGRAM", "p1_elements"]

PROGRAM = Program(__package__, "simplex", types=())

Array = NDArray[np.float64]


def p1_elements(points: Array, cells: Indices, coefficient: Array) -> tuple[Array, Array]:
    """See the package function."""
    m, k = cells.shape
    edges, volumes = np.empty_like(points, shape=(m, len(PAIRS[k]))), np.empty_like(points, shape=(m,))
    rows, parts = coefficient.shape
    PROGRAM.launch(
        "triangles" if k == 3 else "tetrahedra", m, (),
        np.int64(m), points, cells, coefficient, parts, rows == 1, edges, volumes,
    )
    return edges, volumes
