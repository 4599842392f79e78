"""CPU version of the gathering of element matrices."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled

__all__ = ["assemble"]


@compiled
def assemble(
    lo: int, hi: int, k: int, cells: Any, starts: Any, corners: Any, edge_place: Any,
    indptr: Any, indices: Any, vertices: Any, number: Any, edges: Any, masses: Any, data: Any,
) -> None:
    n, k, n_edges = np.uint32(len(vertices)), np.uint32(k), np.uint32(k * (k - 1) // 2)
    one, four = np.uint32(1), np.uint32(4)
    where = np.empty(len(vertices), np.uint32)
    for row in range(np.uint32(lo), np.uint32(hi)):
        i = vertices[row]
        for p in range(indptr[row], indptr[row + one]):
            data[p] = 0.0
            where[indices[p]] = p
        diagonal = 0.0
        for q in range(starts[i], starts[i + one]):
            c, a = corners[q] // four, corners[q] % four
            w = masses[c] if len(masses) > 0 else 0.0
            diagonal += 2.0 * w
            for step in range(one, k):
                b = a + step
                b = b - k if b >= k else b
                e = edges[c * n_edges + edge_place[a * k + b]] if len(edges) > 0 else 0.0
                diagonal -= e
                column = number[cells[c * k + b]]
                if column < n:
                    data[where[column]] += e + w
        if indptr[row + one] > indptr[row]:
            data[where[row]] = diagonal
