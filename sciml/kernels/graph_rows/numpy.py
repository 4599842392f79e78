"""Reference of the row totals."""

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array

__all__ = ["graph_rows"]


def graph_rows(
    graph: Graph, home: Indices, shape: tuple[int, int, int], every: int
) -> tuple[Array, Array, NDArray[np.float64]]:
    """Diagonal, heaviest edge and mean weight along each axis; see the package functions."""
    rows = np.repeat(np.arange(len(graph.s)), np.diff(graph.starts))
    d, heaviest = graph.s.copy(), np.zeros_like(graph.s)
    np.add.at(d, rows, graph.weights)
    np.maximum.at(heaviest, rows, graph.weights)
    means = np.zeros(3)
    here, there = (np.array(np.unravel_index(home[index], shape)) for index in (rows, graph.columns))
    for axis in range(3):
        step = there - here
        along = np.flatnonzero((rows % every == 0) & (step[axis] == 1) & (np.abs(step).sum(axis=0) == 1))
        means[axis] = graph.weights[along].mean(dtype=np.float64) if len(along) else 0
    return d, heaviest, means
