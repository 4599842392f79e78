"""Launches of the direction step on a device."""

import numpy as np

from sciml.kernels._colour import SplitVariable
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "split_direction"]

PROGRAM = Program(__package__, "planes", "stencil", "colour")


def split_direction(
    stencil: SplitVariable, step: float, beta: float, z: Array, p: Array, q: Array, u: Array, *,
    periodic: bool = False,
) -> float:
    """See the package function; faces that wrap around say themselves whether the axis is periodic."""
    (n0, n1, n2), M, real = u.shape, p.shape[3], p.dtype.type
    PROGRAM.launch(
        "renew", (n0, n1, 2 * M), (real,), n0, n1, n2, step != 0, np.float64(step), real(beta), z, p, u
    )
    return float(PROGRAM.sums("multiply", (n0, n1 * M), (real,), n0, n1, M, stencil, p, q).sum())
