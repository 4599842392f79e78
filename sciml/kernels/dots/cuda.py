"""Launches of the pair of inner products on a device."""

import numpy as np

from sciml.kernels._cuda import Program
from sciml.kernels._device import to_host
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "dots"]

PROGRAM = Program(__package__, "planes")


def dots(z: Array, r: Array, q: Array) -> tuple[float, float]:
    """See the package function."""
    sums = PROGRAM.sums("dot_blocks", (1, z.size), (z.dtype,), np.int64(z.size), z, r, q, count=2)
    zr, zq = to_host(sums)[:, 0]
    return float(zr), float(zq)
