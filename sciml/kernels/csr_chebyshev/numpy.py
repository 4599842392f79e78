"""Reference of Chebyshev smoothing: the published recurrence."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._stencil import Array
from sciml.kernels.csr_matmul.numpy import csr_matmul
from sciml.kernels.stencil_chebyshev.numpy import recurrence

__all__ = ["csr_chebyshev"]


def csr_chebyshev(
    A: CSR, inverse: Array, b: Array, x: Array, degree: int, lmax: float, optimised: bool, zero: bool
) -> Array:
    """x after one step."""
    scale = (inverse / lmax).astype(x.dtype).reshape(-1, *[1] * (x.ndim - 1))
    x = np.zeros_like(x) if zero else x
    r = scale * csr_matmul(A, x, b, -1.0)
    step: Array = recurrence(r, lambda d: scale * csr_matmul(A, d, None, 1.0), degree, optimised)
    return x + step
