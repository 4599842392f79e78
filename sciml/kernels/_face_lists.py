"""Lists of the blocks of a box that have something to look at, for kernels that look at the faces around cells."""

from typing import Any

import numpy as np

from sciml.kernels._numba import inner

__all__ = ["busy_blocks", "surplus_of"]


@inner
def busy_blocks(plain: Any, I: int, J: int, shape: Any, ratio: Any, reach: Any, quiet: Any, found: Any) -> Any:  # noqa: E741
    """Those blocks of row (I, J) with a cell in or around them that is not plain: K in `found`; their number.

    reach : cells to look beyond a block along each axis
    quiet : work array, a row of cells
    """
    n0, n1, n2 = shape
    r0, r1, r2 = ratio
    blocks = (n2 + r2 - 1) // r2
    if len(plain) == 0:
        for K in range(blocks):
            found[K] = K
        return blocks
    for k in range(n2):
        quiet[k] = 1
    for i in range(r0 * I - reach[0], min(r0 * I + r0, n0) + reach[0]):
        for j in range(r1 * J - reach[1], min(r1 * J + r1, n1) + reach[1]):
            p = np.uint64((i % n0 * n1 + j % n1) * n2)
            for k in range(np.uint64(n2)):
                quiet[k] &= plain[p + k]
    count, ahead = 0, reach[2] + r2
    for K in range(blocks):
        whole, first = 1, r2 * K - reach[2]
        if first >= 0 and first + reach[2] + ahead <= n2:
            for k in range(first, first + reach[2] + ahead):
                whole &= quiet[k]
        else:
            for k in range(first, min(r2 * K + r2, n2) + reach[2]):
                whole &= quiet[k % n2]
        if whole == 0:
            found[count] = K
            count += 1
    return count


@inner
def surplus_of(total: Any, l0: Any, u0: Any, l1: Any, u1: Any, l2: Any, u2: Any) -> Any:
    """What a diagonal holds beyond six faces; rounding counts as nothing."""
    s = total - l0 - u0 - l1 - u1 - l2 - u2
    return s if s > 1e-13 * total else 0.0
