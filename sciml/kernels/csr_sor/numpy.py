"""Reference of SOR sweeps over compressed rows."""

import numpy as np

from sciml.kernels._graph import Indices
from sciml.kernels._stencil import Array

__all__ = ["csr_sor"]


def csr_sor(
    starts: Indices, columns: Indices, weights: Array, inverse: Array, x: Array, f: Array,
    omega: float, sweeps: int, backward: bool, zero: bool,
) -> Array:
    """x after the sweeps; see the package function."""
    x = np.zeros_like(x) if zero else x.copy()
    rows = range(len(x))[:: -1 if backward else 1]
    for i in [*rows] * sweeps:
        row = slice(starts[i], starts[i + 1])
        update = (f[i] + weights[row] @ x[columns[row]]) * inverse[i]
        x[i] += omega * (update - x[i])
    return x
