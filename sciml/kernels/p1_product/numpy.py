"""Reference of the product without the matrix."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Indices
from sciml.kernels.p1_assemble.numpy import element_matrices

__all__ = ["p1_product"]

Array = NDArray[np.float64]


def p1_product(cells: Indices, u: Array, edges: Array | None, masses: Array | None) -> Array:
    """Element matrix times element vector, summed at the vertices; see the package function."""
    m, k = cells.shape
    local = np.einsum("mab,mb->ma", element_matrices(k, edges, masses, m), u[cells])
    return np.asarray(np.bincount(cells.ravel(), weights=local.ravel(), minlength=len(u)), dtype=np.float64)
