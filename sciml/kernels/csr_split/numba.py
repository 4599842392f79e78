"""CPU version of the cut at the diagonal."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["cut"]


@compiled
def cut(
    starts: Any, columns: Any, values: Any, order: Any, place: Any, lower: Any, upper: Any, before: Any, after: Any,
    small: Any, large: Any, inverse: Any,
) -> None:
    """Rows of the lower part in `lower, before, small`, of the upper part in `upper, after, large`."""
    one = np.uint64(1)
    down = up = np.uint64(0)
    for k in range(np.uint64(len(order))):
        i = np.uint64(order[k])
        for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
            j, value = np.uint64(place[np.uint64(columns[p])]), values[p]
            before[down], after[up] = j, j
            small[down], large[up] = value, value
            down += np.uint64(j < k)
            up += np.uint64(j > k)
            if j == k:
                inverse[k] = value
        lower[k + one], upper[k + one] = down, up
        if inverse[k] != 0:
            inverse[k] = 1 / inverse[k]
