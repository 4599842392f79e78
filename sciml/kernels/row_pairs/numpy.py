"""Reference of pairs within rows."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["row_pairs"]


def row_pairs(
    indptr: NDArray[np.integer], kept: NDArray[np.bool_], itself: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows (starts, indices) over the edges; see the package function."""
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    pairs = (row[:, None] == row) & kept[:, None] & kept
    if not itself:
        np.fill_diagonal(pairs, False)
    return np.concatenate([[0], np.cumsum(pairs.sum(axis=1))]), np.nonzero(pairs)[1].astype(np.int32)
