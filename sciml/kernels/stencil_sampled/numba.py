"""CPU version of the gradients by faces and diagonal: one pass, rows of the last axis vectorised."""

from typing import Any

from sciml.kernels._numba import compiled

__all__ = ["sample"]


@compiled
def sample(lo: int, hi: int, g: Any, u: Any, c0: Any, c1: Any, c2: Any, d: Any) -> None:
    """The results of a row stay in the cache while the batch is summed up."""
    batch, n0, n1, n2 = u.shape
    for i in range(lo, hi):
        ip = i + 1 if i < n0 - 1 else 0
        for j in range(n1):
            jp = j + 1 if j < n1 - 1 else 0
            for k in range(n2):
                c0[i, j, k] = c1[i, j, k] = c2[i, j, k] = d[i, j, k] = 0
            for b in range(batch):
                for k in range(n2):
                    c0[i, j, k] -= g[b, i, j, k] * u[b, ip, j, k] + g[b, ip, j, k] * u[b, i, j, k]
                    c1[i, j, k] -= g[b, i, j, k] * u[b, i, jp, k] + g[b, i, jp, k] * u[b, i, j, k]
                    d[i, j, k] += g[b, i, j, k] * u[b, i, j, k]
                for k in range(n2 - 1):
                    c2[i, j, k] -= g[b, i, j, k] * u[b, i, j, k + 1] + g[b, i, j, k + 1] * u[b, i, j, k]
                c2[i, j, n2 - 1] -= g[b, i, j, n2 - 1] * u[b, i, j, 0] + g[b, i, j, 0] * u[b, i, j, n2 - 1]
