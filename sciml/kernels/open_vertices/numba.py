"""CPU version of the signatures of facets."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["signatures"]


@inner
def mixed(x: Any) -> Any:
    """A bijection of 64 bits whose values look random.

    G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    x += np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def signatures(lo: int, hi: int, cells: Any, k: int, facets: Any, n: int) -> Any:
    total = np.zeros(n, np.uint64)
    own = np.empty(8, np.uint64)
    k = np.uint32(k)
    for c in range(np.uint32(lo), np.uint32(hi)):
        for a in range(k):
            own[a] = mixed(np.uint64(cells[c * k + a]))
        for f in range(facets.shape[0]):
            signature = np.uint64(0)
            for j in range(facets.shape[1]):
                signature += own[facets[f, j]]
            signature = mixed(signature)
            for j in range(facets.shape[1]):
                total[cells[c * k + facets[f, j]]] ^= signature
    return total
