"""CPU version of edge vectors; exact negatives on opposite edges, so sums keep their order."""

from typing import Any

from sciml.kernels._numba import compiled_exact

__all__ = ["vector_slab"]


@compiled_exact
def vector_slab(lo: int, hi: int, points: Any, indptr: Any, indices: Any, shifts: Any, cell: Any, out: Any) -> None:
    """Vectors of the edges of the nodes lo..hi; no shifts where `shifts` is empty."""
    d = points.shape[1]
    periodic = len(shifts) > 0
    for i in range(lo, hi):
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            for axis in range(d):
                x = points[j, axis] - points[i, axis]
                if periodic:
                    x += shifts[e, 0] * cell[0, axis] + shifts[e, 1] * cell[1, axis] + shifts[e, 2] * cell[2, axis]
                out[e, axis] = x
