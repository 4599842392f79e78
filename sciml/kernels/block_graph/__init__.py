"""Coarse graph of the clusters of a box: scaled Galerkin sums of its faces."""

import numpy as np
from numpy.typing import DTypeLike

from sciml.kernels._graph import BlockClusters, Graph
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.block_graph.numba import face_slab, row_slab, surplus_slab

__all__ = ["block_graph"]


def block_graph(
    stencil: VariableStencil, ratio: tuple[int, int, int], clusters: BlockClusters, dtype: DTypeLike = np.float32
) -> Graph:
    """P' A P for piecewise constant P, each face scaled by how far the clusters on its sides reach.

    Between two clusters of several cells the distance of centres doubles, which piecewise constant
    interpolation does not see, so faces are halved; a cell alone in its cluster has not moved away
    from its faces. In between, with m the largest face between a cell and its own cluster,
    w' = w / (1 + a_i / 2 + a_j / 2), a = min(1, w / m): resistances in series, of which the inner
    ones add at most as much as the face itself. What pins a cell, s, sits half a cell away:
    s' = s / (1 + min(1, s / (2 m))). Constant coefficients give 1/2 exactly. Faces along an axis that
    is not coarsened stay as they are. (The pins carry no axis: a weak axis, not coarsened, has small
    ones, and then the formula leaves them nearly alone.)

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    ratio : tuple of int
        As given to `block_clusters`.
    clusters : BlockClusters
    dtype : dtype
        Precision of the result.

    Examples
    --------
    >>> from sciml.kernels.block_clusters import block_clusters
    >>> zero, c = np.zeros((1, 1, 4)), np.array([[[1.0, 1.0, 1.0, 0.0]]])
    >>> stencil = VariableStencil(zero, zero, c, np.array([[[3.0, 2.0, 2.0, 1.0]]]))
    >>> graph = block_graph(stencil, (1, 1, 2), block_clusters(stencil, (1, 1, 2)))
    >>> graph.weights, graph.s
    (array([0.5, 0.5], dtype=float32), array([1., 0.], dtype=float32))
    """
    c0, c1, c2, d = stencil
    labels, first, counts, home, _, reach = clusters
    F0, F1, F2 = (np.empty(first.shape) for _ in range(3))
    s = np.zeros(len(home))
    parts = slabs(len(first), d.size)
    run_slabs(face_slab, parts, c0, c1, c2, ratio, reach, F0, F1, F2)
    run_slabs(surplus_slab, parts, c0, c1, c2, d, ratio, reach, labels, s)
    cells = *(c.reshape(-1) for c in stencil[:3]), d.shape, ratio, reach.reshape(-1), labels.reshape(-1)
    blocks = first.shape, *(part.reshape(-1) for part in (first, counts, F0, F1, F2))
    red, black = zip(*run_slabs(row_slab, parts, *cells, *blocks), strict=True)
    lengths, columns, weights = zip(*red, *black, strict=True)
    starts = np.zeros(len(home) + 1, np.int32)
    np.cumsum(np.concatenate(lengths), out=starts[1:])
    return Graph(starts, np.concatenate(columns), np.concatenate(weights, dtype=dtype), s.astype(dtype))
