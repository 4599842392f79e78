"""CPU version of slicing."""

from typing import Any

import numpy as np

from sciml.kernels._lanes import LANES
from sciml.kernels._numba import compiled

__all__ = ["fill"]


@compiled
def fill(starts: Any, columns: Any, values: Any, firsts: Any, places: Any, across: Any, weights: Any) -> None:
    """Step k of a slice takes entry k of its rows; the first row with so many says what the others read there."""
    one, lanes = np.uint64(1), np.uint64(LANES)
    for s in range(np.uint64(len(places) - 1)):
        first = np.uint64(firsts[s])
        begun = np.uint64(places[s])
        for i in range(first, np.uint64(firsts[s + one])):
            place = np.uint64(places[s])
            for p in range(np.uint64(starts[i]), np.uint64(starts[i + one])):
                if place == begun:
                    begun += lanes
                    for q in range(place, begun):
                        across[q] = columns[p]
                across[place + i - first] = columns[p]
                weights[place + i - first] = values[p]
                place += lanes
