"""CPU version of the residual: the stencil product of a plane, then its difference while still in cache."""

from typing import Any

from sciml.kernels._numba import compiled, inner
from sciml.kernels.stencil_apply.numba import apply_constant, apply_variable

__all__ = ["residual_constant", "residual_variable"]


@inner
def _subtract(i: int, b: Any, out: Any) -> float:
    total = 0.0
    for j in range(b.shape[1]):
        for k in range(b.shape[2]):
            r = b[i, j, k] - out[i, j, k]
            out[i, j, k] = r
            total += r * r
    return total


@compiled
def residual_constant(
    lo: int, hi: int, c: Any, wrap: Any, d0: Any, d1: Any, d2: Any, u: Any, b: Any, out: Any, partial: Any
) -> None:
    for i in range(lo, hi):
        apply_constant(i, i + 1, c, wrap, d0, d1, d2, u, out)
        partial[i] = _subtract(i, b, out)


@compiled
def residual_variable(
    lo: int, hi: int, c0: Any, c1: Any, c2: Any, d: Any, u: Any, b: Any, out: Any, partial: Any
) -> None:
    for i in range(lo, hi):
        apply_variable(i, i + 1, c0, c1, c2, d, u, out)
        partial[i] = _subtract(i, b, out)
