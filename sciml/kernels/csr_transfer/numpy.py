"""Reference of residual sums and their adjoint."""

import numpy as np

from sciml.kernels._graph import Indices
from sciml.kernels._stencil import Array

__all__ = ["transfer"]


def transfer(
    starts: Indices, columns: Indices, weights: Array, d: Array, x: Array, f: Array, labels: Indices, coarse: Array
) -> tuple[Array, Array, Array]:
    """Residual summed over labels, x plus that sum copied back, and f summed."""
    rows = np.repeat(np.arange(len(x)), np.diff(starts))
    r = f - d * x
    np.add.at(r, rows, weights * x[columns])
    kept = labels >= 0
    total = np.zeros_like(coarse)
    np.add.at(total, labels[kept], r[kept])
    x = x.copy()
    x[kept] += total[labels[kept]]
    loads = np.zeros_like(coarse)
    np.add.at(loads, labels[kept], f[kept])
    return total, x, loads
