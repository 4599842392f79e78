"""Launch of the gradients of weights of radial basis functions on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._cuda import Program
from sciml.kernels._radial import coded, shape_terms
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "rbf_weights_backward"]

PROGRAM = Program(__package__, "radial", types=("REAL", "INDEX"))


def rbf_weights_backward(
    queries: Array, centres: Array, shapes: Array, neighbours: Index, gradient: Array, family: str,
    epsilon: float | None = None,
) -> tuple[Array, Array, Array]:
    """See the package function."""
    (m, k), d, s = neighbours.shape, centres.shape[1], shapes.shape[1]
    shape_terms(d, s)
    found = np.zeros_like(queries), np.zeros_like(centres), np.zeros_like(shapes)
    PROGRAM.launch(
        "gradients", m, (queries.dtype, neighbours.dtype), np.int64(m), k, d, s, queries, centres, shapes, neighbours,
        gradient, coded(family), epsilon is not None, queries.dtype.type(epsilon or 0), found,
    )
    return found
