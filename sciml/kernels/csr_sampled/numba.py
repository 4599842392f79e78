"""CPU version of the sampled product."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["sample"]


@compiled
def sample(lo: int, hi: int, starts: Any, columns: Any, x: Any, y: Any, out: Any) -> None:
    one = np.uint64(1)
    for i in range(np.uint64(lo), np.uint64(hi)):
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j = np.uint64(columns[p])
            total = x.dtype.type(0)
            for q in range(x.shape[1]):
                total += x[i, q] * y[j, q]
            out[p] = total
