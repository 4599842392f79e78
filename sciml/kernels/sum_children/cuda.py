"""Launch of the sums over children on a device."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "sum_children"]

PROGRAM = Program(__package__, "stencil", "colour")


def sum_children(
    f: Array, coarse: Array, n2: int, ends: NDArray[np.float64], ratio: tuple[int, int, int] = (2, 2, 2)
) -> Array:
    """See the package function."""
    import cupy

    (n0, n1), (N0, N1, width) = f.shape[1:3], coarse.shape[1:]
    sizes = n0, n1, n2, ratio, N0, N1, -(-n2 // ratio[2])
    PROGRAM.launch("sum_cells", (N0, N1, 2 * width), (f.dtype,), sizes, cupy.asarray(ends, f.dtype), f, coarse)
    return coarse
