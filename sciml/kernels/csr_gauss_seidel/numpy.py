"""Reference of Gauss-Seidel sweeps over compressed rows."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._stencil import Array

__all__ = ["csr_gauss_seidel"]


def csr_gauss_seidel(A: CSR, inverse: Array, b: Array, x: Array, backward: bool, zero: bool) -> tuple[Array, Array]:
    """x after a sweep, and the residual b - A x where a forward sweep began at zero (else zeros)."""
    x = np.zeros_like(x) if zero else x.copy()
    r = np.zeros_like(x)
    for i in range(A.rows)[:: -1 if backward else 1]:
        row = slice(A.starts[i], A.starts[i + 1])
        x[i] += inverse[i] * (b[i] - A.values[row] @ x[A.columns[row]])
    if zero and not backward:
        for i in np.flatnonzero(inverse).tolist():
            row = slice(A.starts[i], A.starts[i + 1])
            r[i] = b[i] - A.values[row] @ x[A.columns[row]]
    return x, r
