"""Launches of Chebyshev smoothing on a device: one for each sweep, which reads A once."""

import numpy as np

from sciml.kernels._csr import CSR
from sciml.kernels._csr_device import group_size, one_index, width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array
from sciml.kernels.stencil_chebyshev import chebyshev_omegas

__all__ = ["PROGRAM", "csr_chebyshev"]

PROGRAM = Program(__package__, "csr", types=("REAL", "INDEX"))


def csr_chebyshev(
    A: CSR, inverse: Array, b: Array, x: Array, work: Array, *, degree: int = 4, lmax: float = 2.0,
    optimised: bool = True, zero: bool = False,
) -> Array:
    """See the package function."""
    A, n, width = one_index(A), np.int64(A.rows), width_of(x)
    name, share = ("step_columns", width) if width != 1 else ("step_vector", group_size(A.entries // max(A.rows, 1)))
    types = x.dtype, A.starts.dtype
    omegas = [x.dtype.type(omega) for omega in chebyshev_omegas(degree, lmax, optimised)]
    # the last of the sweeps, which go back and forth between the two arrays, must end in x
    source, target = (work, x) if degree % 2 else (x, work)
    if zero:
        PROGRAM.launch("scaled", x.size, types, n, width, inverse, b, omegas.pop(0), target)
        source, target = target, source
    elif source is work:
        work[...] = x
    for omega in omegas:
        PROGRAM.launch(name, A.rows * share, types, n, share, A, inverse, b, source, omega, target)
        source, target = target, source
    return x
