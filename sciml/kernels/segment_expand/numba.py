"""CPU version of values of rows at their entries."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["expand"]


@compiled
def expand(lo: int, hi: int, starts: Any, x: Any, out: Any) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            for q in range(x.shape[1]):
                out[p, q] = x[i, q]
