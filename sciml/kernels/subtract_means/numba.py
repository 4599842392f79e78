"""CPU version: two passes over the entries; slabs cut the list of entries, not the sets."""

from typing import Any

import numpy as np

from sciml.kernels._numba import compiled, inner

__all__ = ["listed"]

# Sums of long lists are sums of partial sums over this many entries, to keep rounding small.
BLOCK = 1024


@inner
def gathered_sum(v: Any, cells: Any) -> Any:
    result = 0.0
    for begin in range(0, len(cells), BLOCK):
        part = 0.0
        for cell in cells[begin : begin + BLOCK]:
            part += v[np.uintp(cell)]  # unsigned: no test for indices that count from the end
        result += part
    return result


@inner
def subtract_at(v: Any, cells: Any, number: Any) -> None:
    for cell in cells:
        v[np.uintp(cell)] -= number


@inner
def set_of(position: int, starts: Any) -> Any:
    c = 0
    while c + 1 < len(starts) and starts[c + 1] <= position:
        c += 1
    return c


@compiled
def listed(lo: int, hi: int, v: Any, cells: Any, starts: Any, means: Any, subtract: bool) -> Any:
    """Subtract each set's mean from its entries in ``cells[lo:hi]``, or return the sums over these."""
    result = np.zeros(len(starts))
    c = set_of(lo, starts)
    begin = lo
    while begin < hi:
        end = min(hi, starts[c + 1] if c + 1 < len(starts) else len(cells))
        if subtract:
            subtract_at(v, cells[begin:end], means[c])
        else:
            result[c] = gathered_sum(v, cells[begin:end])
        begin = end
        c += 1
    return result
