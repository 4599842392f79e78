"""Reference of slicing."""

from itertools import pairwise
from typing import Any

import numpy as np

from sciml.kernels._csr import CSR, Index
from sciml.kernels._lanes import LANES
from sciml.kernels._sliced import Sliced

__all__ = ["csr_slice"]


def csr_slice(A: CSR, ends: Index) -> Sliced:
    """Slice after slice, row after row."""
    firsts = [i for lo, hi in pairwise(ends) for i in range(lo, hi, LANES)]
    firsts.append(A.rows)
    starts = [0]
    columns, values = [], []
    for lo, hi in pairwise(firsts):
        rows = [slice(A.starts[i], A.starts[i + 1]) for i in range(lo, hi)]
        lengths = [row.stop - row.start for row in rows]
        starts.append(starts[-1] + LANES * max(lengths))
        for k in range(max(lengths)):
            long = [row.start + k for row, length in zip(rows, lengths, strict=True) if length > k]
            # others read what the first of them does, times zero
            read, weights = np.full(LANES, A.columns[long[0]]), np.zeros(LANES, A.values.dtype)
            lanes = [lane for lane, length in enumerate(lengths) if length > k]
            read[lanes], weights[lanes] = A.columns[long], A.values[long]
            columns.append(read)
            values.append(weights)
    across: Any = np.concatenate([A.columns[:0], *columns])
    return Sliced(np.array(firsts), np.array(starts), across, np.concatenate([A.values[:0], *values]))
