"""Diagonal, heaviest edge and mean weight per axis of a weighted graph."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array
from sciml.kernels.graph_rows.numba import axis_totals, row_totals

__all__ = ["axis_means", "graph_rows"]


def graph_rows(graph: Graph) -> tuple[Array, Array]:
    """Diagonal s_i + sum of w_ij, and the heaviest edge of each node (0 without edges).

    Examples
    --------
    >>> index = np.array([0, 1, 2], dtype=np.int32), np.array([1, 0], dtype=np.int32)
    >>> graph_rows(Graph(*index, np.array([2.0, 2.0]), np.array([0.5, 0.0])))
    (array([2.5, 2. ]), array([2., 2.]))
    """
    d, heaviest = np.empty_like(graph.s), np.empty_like(graph.s)
    row_totals(graph.starts, graph.weights, graph.s, d, heaviest)
    return d, heaviest


def axis_means(graph: Graph, home: Indices, shape: tuple[int, int, int], every: int = 1) -> NDArray[np.float64]:
    """Mean weight of the edges along each axis of a box of blocks, 0 where there are none.

    Parameters
    ----------
    graph : Graph
    home : ndarray of int32, shape (n,)
        C-order index of the block of each node.
    shape : tuple of int
        Blocks per axis. Edges that wrap around or run diagonally are left out.
    every : int
        Look at every so many nodes only, for large graphs.
    """
    beyond = shape[0] * shape[1] * shape[2]  # along an axis of length 1 there is no step
    strides = tuple(
        stride if n > 1 else beyond for n, stride in zip(shape, (shape[1] * shape[2], shape[2], 1), strict=True)
    )
    totals, counts = np.zeros(3), np.zeros(3)
    axis_totals(graph.starts, graph.columns, graph.weights, home, strides, every, totals, counts)
    return totals / np.maximum(counts, 1)
