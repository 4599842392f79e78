"""Launch of the sampled product on a device."""

import numpy as np

from sciml.kernels._csr import Index
from sciml.kernels._csr_device import group_size, one_width, width_of
from sciml.kernels._cuda import Program
from sciml.kernels._stencil import Array

__all__ = ["PROGRAM", "csr_sampled"]

PROGRAM = Program(__package__, "rows", "csr", types=("REAL", "INDEX"))


def csr_sampled(starts: Index, columns: Index, x: Array, y: Array, out: Array | None = None) -> Array:
    """See the package function."""
    entries, width = len(columns), width_of(x)
    group = group_size(width)
    if out is None:
        out = np.empty_like(x, shape=(entries,))
    starts, columns = one_width(starts, columns)
    PROGRAM.launch(
        "sample", entries * group, (x.dtype, starts.dtype),
        np.int64(len(starts) - 1), np.int64(entries), width, group, starts, columns, x, y, out,
    )
    return out
