"""Fixed blocks of long vectors: partial sums that do not depend on the number of threads."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._pool import run_slabs, slabs

__all__ = ["BLOCK", "block_sums"]

BLOCK = 8192


def block_sums(kernel: Callable[..., Any], size: int, sums: int, *args: Any) -> NDArray[np.float64]:
    """Run ``kernel(lo, hi, *args, partial)`` over the blocks lo..hi; add their partial sums in one order.

    `partial` has shape (sums, blocks); block m covers the entries m * BLOCK up to (m + 1) * BLOCK.
    """
    partial = np.empty((sums, -(-size // BLOCK)))
    run_slabs(kernel, slabs(partial.shape[1], size), *args, partial)
    return np.asarray(partial.sum(axis=1))
