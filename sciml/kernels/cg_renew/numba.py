"""CPU version of the vector updates."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["renew_range"]


@compiled
def renew_range(lo: int, hi: int, alpha: Any, beta: Any, z: Any, p: Any, x: Any) -> None:
    for i in range(lo, hi):
        old = p[i]
        x[i] += alpha * old
        p[i] = z[i] + beta * old
