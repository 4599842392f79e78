"""CPU version of the product without the matrix."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["product"]


@compiled
def product(
    lo: int, hi: int, k: int, cells: Any, starts: Any, corners: Any, edge_place: Any,
    u: Any, edges: Any, masses: Any, out: Any,
) -> None:
    k, n_edges = np.uint32(k), np.uint32(k * (k - 1) // 2)
    one, four = np.uint32(1), np.uint32(4)
    for i in range(np.uint32(lo), np.uint32(hi)):
        total, own = 0.0, u[i]
        for q in range(starts[i], starts[i + one]):
            c, a = corners[q] // four, corners[q] % four
            w = masses[c] if len(masses) > 0 else 0.0
            total += 2.0 * w * own
            for step in range(one, k):
                b = a + step
                b = b - k if b >= k else b
                value = u[cells[c * k + b]]
                total += w * value
                if len(edges) > 0:
                    total += edges[c * n_edges + edge_place[a * k + b]] * (value - own)
        out[i] = total
