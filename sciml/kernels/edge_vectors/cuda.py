"""Launch of edge vectors on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program

__all__ = ["PROGRAM", "edge_vectors"]

PROGRAM = Program(__package__, "rows", types=("INDEX",))


def edge_vectors(
    points: NDArray[np.float64], indptr: NDArray[np.integer], indices: NDArray[np.int32],
    shifts: NDArray[np.int32] | None = None, cell: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """See the package function."""
    edges, d = len(indices), points.shape[1]
    out = np.empty_like(points, shape=(edges, d))
    PROGRAM.launch(
        "vectors", edges * d, (indptr.dtype,), np.int64(len(points)), np.int64(edges), d, points, indptr, indices,
        shifts is not None, indices if shifts is None else shifts, points if cell is None else cell, out,
    )
    return out
