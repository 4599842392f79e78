"""Launch of the cubic interpolation on a device."""

from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "cubic_prolong"]

PROGRAM = Program(__package__, "stencil", "colour")


def cubic_prolong(
    coarse: Array, x: Array, n2: int, ratio: tuple[int, int, int] = (2, 2, 2),
    wrap: tuple[bool, bool, bool] = (False, False, False),
) -> Array:
    """See the package function."""
    (n0, n1, M), (N0, N1) = x.shape[1:], coarse.shape[1:3]
    sizes = n0, n1, n2, ratio, N0, N1, -(-n2 // ratio[2])
    PROGRAM.launch("prolong", (n0, n1, 2 * M), (x.dtype,), sizes, wrap, coarse, x)
    return x
