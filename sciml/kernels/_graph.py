"""Plain-array form of a weighted graph: a symmetric M-matrix kept as edge weights and what pins each node.

(A u)_i = s_i u_i + sum over edges w_ij (u_i - u_j), so rows of constants give s exactly and rounding
never makes a floating component look pinned: the diagonal d_i = s_i + sum_j w_ij is recomputed on
every level instead of being carried along.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import Array

__all__ = ["BlockClusters", "Graph", "Indices"]

Indices = NDArray[np.int32]


class Graph(NamedTuple):
    """Edges of n nodes in compressed rows, each edge in both of its rows.

    starts : (n + 1,) int32
    columns : (m,) int32
    weights : (m,) w > 0
    s : (n,) s >= 0
    """

    starts: Indices
    columns: Indices
    weights: Array
    s: Array


class BlockClusters(NamedTuple):
    """Clusters of the cells of a box, found block by block.

    labels : (n0, n1, n2) int32, cluster of each cell, -1 where the diagonal is 0
    first, counts : (B0, B1, B2) int32 and uint8, clusters ``first`` up to ``first + counts`` lie in a block
    home : (clusters,) int32, C-order index of the block of each cluster
    kappa : (clusters,) largest face of a cell of the cluster
    reach : (n0, n1, n2) reciprocal of the largest face between a cell and its own cluster, 0 for a cell alone
    """

    labels: Indices
    first: Indices
    counts: NDArray[np.uint8]
    home: Indices
    kappa: Array
    reach: Array
