"""Reference of the labels of tuples: unique sorted rows."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["label_tuples"]


def label_tuples(tuples: NDArray[np.int32], n_points: int) -> tuple[NDArray[np.int32], int]:
    """Labels and their number; see the package function."""
    _, first, names = np.unique(np.sort(tuples, axis=1), axis=0, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int32)[names.ravel()], len(first)
