"""Numbering of unknowns in which sweeps are fast and threads may share them."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels.csr_colour import csr_colour
from sciml.kernels.sliced_gauss_seidel import Chunks

__all__ = ["Numbering", "Order", "numbering", "numbering_of_pattern", "permuted"]

Order = NDArray[np.int64]

# Rows of a block: what it reads stays in cache, and its colours are long enough for processors to guess from.
BLOCK = 4096
# Rows among which those of a colour are sorted by length: more fill up fewer zeros, but lie farther apart.
WINDOW = 512


class Numbering(NamedTuple):
    """New order of the unknowns, where the colours in blocks end, and for each colour of blocks where it may be cut."""

    order: Order
    ends: Order
    chunks: Chunks


def numbering(A: Any, P: Any) -> Numbering:
    """Blocks of neighbouring rows, colour after colour; in a block its rows, colour after colour again.

    Blocks of a colour are not coupled, so threads share them. Rows of a colour in a block are not coupled
    either, so several are summed at once. They should be equally long, and near each other: windows of rows are sorted
    by their numbers of couplings to earlier rows, of all entries, and of coarse neighbours.

    Parameters
    ----------
    A : csr_array, shape (n, n)
        Pattern symmetric.
    P : csr_array, shape (n, m)
    """
    n, counts = A.shape[0], np.diff(A.indptr)
    rows = np.arange(n, dtype=np.int32)
    home, window = rows // BLOCK, rows % BLOCK // WINDOW
    blocks = _block_colours(A)
    inside = csr_colour(A.indptr, A.indices)
    first_of_block = np.argsort(blocks, kind="stable")
    place = np.empty_like(first_of_block)
    place[first_of_block] = np.arange(len(blocks))
    key = place[home] * (int(inside.max()) + 1) + inside
    smaller = np.append(0, np.cumsum(key[A.indices] < np.repeat(key, counts), dtype=np.int32))
    earlier = smaller[A.indptr[1:]] - smaller[A.indptr[:-1]]
    digits = key
    for digit in (window, earlier, counts, np.diff(P.indptr)):
        digits = digits * (int(digit.max()) + 1) + digit
    order = np.argsort(digits, kind="stable")
    runs = np.append(np.flatnonzero(np.diff(key[order], prepend=-1)), n)
    sizes = np.minimum(BLOCK, n - BLOCK * first_of_block)
    places = np.append(0, np.cumsum(sizes))
    groups = np.append(0, np.cumsum(np.bincount(blocks))).tolist()
    return Numbering(order, runs, [places[lo : hi + 1] for lo, hi in pairwise(groups)])


def numbering_of_pattern(known: Numbering | None, before: Any, after: Any) -> Numbering | None:
    """What is known for a matrix, if another one has entries in the same places."""
    same = np.array_equal(before.indptr, after.indptr) and np.array_equal(before.indices, after.indices)
    return known if same else None


def _block_colours(A: Any) -> NDArray[np.int32]:
    """Colours of the blocks of rows that the couplings between them allow."""
    from scipy.sparse import csr_array

    bounds = A.indptr[np.minimum(np.arange(0, A.shape[0] + BLOCK, BLOCK), A.shape[0])].tolist()
    near = [np.flatnonzero(np.bincount(A.indices[lo:hi] // BLOCK)) for lo, hi in pairwise(bounds)]
    ends = np.cumsum([0, *map(len, near)], dtype=A.indices.dtype)  # indices like those of A: one compiled variant
    columns = np.concatenate(near, dtype=A.indices.dtype)
    graph = csr_array((np.ones(len(columns)), columns, ends), shape=(len(near), len(near)))
    graph = csr_array(graph + graph.T)  # values may be symmetric up to rounding with a pattern that is not
    return csr_colour(graph.indptr, graph.indices)


def permuted(matrix: Any, rows: Order | None, columns: Order | None) -> Any:
    """``matrix[rows][:, columns]``, entries of a row in their order; None leaves an axis as it is."""
    if rows is not None:
        matrix = matrix[rows]
    if columns is not None:
        from scipy.sparse import csr_array

        place = np.empty(len(columns), matrix.indices.dtype)
        place[columns] = np.arange(len(columns), dtype=place.dtype)
        matrix = csr_array((matrix.data, place[matrix.indices], matrix.indptr), shape=matrix.shape)
    return matrix
