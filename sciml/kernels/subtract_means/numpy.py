"""Reference of the projection."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array

__all__ = ["subtract_means"]


def subtract_means(v: Array, cells: NDArray[np.int64] | None, starts: NDArray[np.int64] | None) -> Array:
    """`v` with zero mean over each set; see the package function."""
    result = v.astype(np.float64)
    flat = result.reshape(-1)
    if cells is None or starts is None:
        flat -= flat.mean()
    else:
        for entries in np.split(cells, starts[1:]):
            flat[entries] -= flat[entries].mean()
    return result.astype(v.dtype)
