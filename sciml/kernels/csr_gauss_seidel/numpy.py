"""Reference of Gauss-Seidel sweeps over compressed rows."""

import numpy as np

from sciml.kernels._csr import CSR, Split
from sciml.kernels._stencil import Array

__all__ = ["csr_gauss_seidel"]


def csr_gauss_seidel(A: Split[CSR], b: Array, x: Array, backward: bool, zero: bool) -> Array:
    """x after a sweep."""
    x = np.zeros_like(x) if zero else x.copy()
    for i in range(len(x))[:: -1 if backward else 1]:
        total = b[i].copy()
        for part in (A.lower, A.upper):
            row = slice(part.starts[i], part.starts[i + 1])
            total -= part.values[row] @ x[part.columns[row]]
        x[i] = A.inverse[i] * total
    return x
