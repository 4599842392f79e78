"""Reference of the coarse graph of a box, as a dense matrix of edge weights."""

import numpy as np

from sciml.kernels._graph import BlockClusters
from sciml.kernels._stencil import Array, VariableStencil

__all__ = ["block_graph"]


def block_graph(
    stencil: VariableStencil, ratio: tuple[int, int, int], clusters: BlockClusters
) -> tuple[Array, Array]:
    """Weights (N, N) between clusters and s (N,); see the package function."""
    labels, reach = clusters.labels, clusters.reach
    n = len(clusters.home)
    W, s = np.zeros((n, n)), np.zeros(n)
    surplus = stencil.d.copy()
    for axis in range(3):
        c = stencil[axis]
        surplus -= c + np.roll(c, 1, axis)
        there, reach_there = np.roll(labels, -1, axis), np.roll(reach, -1, axis)
        scale = 1 + np.minimum(1, c * reach) / 2 + np.minimum(1, c * reach_there) / 2 if ratio[axis] == 2 else 1.0
        crossing = (c > 0) & (labels != there)
        w = (c / scale)[crossing]
        np.add.at(W, (labels[crossing], there[crossing]), w)
        np.add.at(W, (there[crossing], labels[crossing]), w)
    held = surplus > 1e-13 * stencil.d
    np.add.at(s, labels[held], (surplus / (1 + np.minimum(1, surplus * reach / 2)))[held])
    return W, s
