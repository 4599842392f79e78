"""CPU version of the cut at the diagonal."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["cut"]


@compiled
def cut(
    starts: Any, columns: Any, values: Any, order: Any, place: Any, lower: Any, upper: Any, before: Any, after: Any,
    small: Any, large: Any, diagonal: Any,
) -> None:
    """Rows of the lower part in `lower, before, small`, of the upper part in `upper, after, large`."""
    one = np.uint64(1)
    down = np.uint64(0)
    up = np.uint64(0)
    for k in range(np.uint64(len(order))):
        i = np.uint64(order[k])
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j = np.uint64(place[np.uint64(columns[p])])
            before[down] = j
            after[up] = j
            small[down] = values[p]
            large[up] = values[p]
            if j < k:
                down += one
            elif j > k:
                up += one
            else:
                diagonal[k] = values[p]
        lower[k + one] = down
        upper[k + one] = up
