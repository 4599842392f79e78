"""CPU version of the coarse graph: one row a cluster, columns found through a table of last positions."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled
from sciml.kernels.block_graph.numba import scaled

__all__ = ["coarse_rows"]


@compiled
def coarse_rows(
    starts: Any, columns: Any, weights: Any, s: Any, labels: Any, order: Any, begins: Any, reach: Any,
    across: Any, along: Any, C_starts: Any, C_columns: Any, C_weights: Any, C_s: Any,
) -> None:
    """Rows of all clusters; edges between blocks that agree in `along` but not in `across` are not scaled.

    An empty `along` says that there are none.
    """
    last = np.full(len(C_s), -1, np.int32)
    one = weights.dtype.type(1)
    end = 0
    C_starts[0] = 0
    for a in range(len(C_s)):
        begin = end
        total = s[0] * 0
        for q in range(begins[a], begins[a + 1]):
            i = order[q]
            r = reach[i]
            if s[i] > 0:
                total += s[i] / (one + min(one, s[i] * r / 2))
            for p in range(starts[i], starts[i + 1]):
                j = columns[p]
                b = labels[j]
                if b == a or b < 0:
                    continue
                w = weights[p]
                if len(along) == 0 or along[i] != along[j] or across[i] == across[j]:
                    w = scaled(w, r, reach[j])
                t = last[b]
                if t < begin:
                    last[b] = end
                    C_columns[end] = b
                    C_weights[end] = w
                    end += 1
                else:
                    C_weights[t] += w
        C_s[a] = total
        C_starts[a + 1] = end
