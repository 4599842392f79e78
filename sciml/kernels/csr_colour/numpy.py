"""Reference of the greedy colouring."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._csr import Index

__all__ = ["csr_colour"]


def csr_colour(starts: Index, columns: Index) -> NDArray[np.int32]:
    """The smallest colour that no earlier neighbour has."""
    colours = np.empty(len(starts) - 1, np.int32)
    for i in range(len(colours)):
        taken = {int(colours[j]) for j in columns[starts[i] : starts[i + 1]] if j < i}
        colours[i] = min(set(range(len(taken) + 1)) - taken)
    return colours
