"""Launch of the weights of radial basis functions on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._cuda import Program
from sciml.kernels._radial import coded, shape_terms
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "rbf_weights"]

PROGRAM = Program(__package__, "radial", types=("REAL", "INDEX"))


def rbf_weights(
    queries: Array, centres: Array, shapes: Array, neighbours: Index, family: str, epsilon: float | None = None,
    out: Array | None = None,
) -> Array:
    """See the package function."""
    (m, k), d, s = neighbours.shape, centres.shape[1], shapes.shape[1]
    shape_terms(d, s)
    if out is None:
        out = np.empty_like(queries, shape=(m, k))
    PROGRAM.launch(
        "weights", m, (queries.dtype, neighbours.dtype), np.int64(m), k, d, s, queries, centres, shapes, neighbours,
        coded(family), epsilon is not None, queries.dtype.type(epsilon or 0), out,
    )
    return out
