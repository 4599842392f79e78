"""Small networks for every cell of a list: one hidden layer, loops over cells inside those over weights."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._numba import inner

__all__ = ["LIMIT", "SIZE", "Net", "answer"]

# Networks answer with logarithms of factors; larger ones than this are cut off.
LIMIT = 6.0
# Cells in a list. Kernels keep all rows of a list in one array, at multiples of this number, known when they are
# compiled: what is read and what is written then differ without a test, and loops vectorise. No power of two, or all
# rows of a cell would compete for the same few places in cache.
SIZE = 528


class Net(NamedTuple):
    """One hidden layer: ``second @ softsign(first @ features + bias) + offset``, softsign(a) = a / (1 + |a|)."""

    first: NDArray[np.floating]
    bias: NDArray[np.floating]
    second: NDArray[np.floating]
    offset: NDArray[np.floating]

    def __call__(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithms of factors, (..., outputs), for features (..., inputs)."""
        hidden = features @ self.first.T + self.bias
        hidden /= 1 + np.abs(hidden)
        found: NDArray[np.float64] = np.clip(hidden @ self.second.T + self.offset, -LIMIT, LIMIT)
        return found

    @property
    def is_zero(self) -> bool:
        """Whether every factor is 1."""
        return not (self.second.any() or self.offset.any())

    def padded(self, dtype: DTypeLike) -> "Net":
        """In another precision, and with zeros up to three times some features, as kernels want it."""
        first = np.pad(self.first, ((0, 0), (0, -self.first.shape[1] % 3)))
        return Net(*(np.ascontiguousarray(part, dtype) for part in (first, *self[1:])))


@inner
def answer(net: Any, work: Any, features: int, hidden: Any, out: int) -> None:
    """Answers of the cells of a list; rows of it begin at features, features + SIZE, ..., and so do those of answers.

    Of features, and of the weights for them, there are three times some.
    """
    first, bias, second, offset = net
    real = work.dtype.type
    limit, one, cells = real(LIMIT), real(1), np.uint64(SIZE)
    for o in range(len(offset)):
        z = np.uint64(out + o * SIZE)
        for m in range(cells):
            work[z + m] = offset[o]
    for h in range(len(bias)):
        for m in range(cells):
            hidden[m] = bias[h]
        for f in range(0, first.shape[1], 3):  # three at once: less to load and store than to multiply
            a, b, c = first[h, f], first[h, f + 1], first[h, f + 2]
            x = np.uint64(features + f * SIZE)
            for m in range(cells):
                hidden[m] += a * work[x + m] + b * work[x + cells + m] + c * work[x + cells + cells + m]
        for m in range(cells):
            hidden[m] /= one + abs(hidden[m])
        for o in range(len(offset)):
            a, z = second[o, h], np.uint64(out + o * SIZE)
            for m in range(cells):
                work[z + m] += a * hidden[m]
    for o in range(len(offset)):
        z = np.uint64(out + o * SIZE)
        for m in range(cells):
            work[z + m] = min(max(work[z + m], -limit), limit)
