"""CPU version of pairs within rows."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["pair_slab"]


@compiled
def pair_slab(lo: int, hi: int, indptr: Any, kept: Any, itself: bool, starts: Any, indices: Any) -> None:
    """Fill the rows of all edges of the nodes lo..hi."""
    for i in range(lo, hi):
        for e in range(indptr[i], indptr[i + 1]):
            if kept[e]:
                place = starts[e]
                for other in range(indptr[i], indptr[i + 1]):
                    if kept[other] and (itself or other != e):
                        indices[place] = other
                        place += 1
