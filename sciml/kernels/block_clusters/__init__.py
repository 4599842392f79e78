"""Clusters of strongly connected cells within blocks of a box."""

import numpy as np

from sciml.kernels._graph import BlockClusters
from sciml.kernels._pool import run_slabs, run_tasks, slabs
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.block_clusters.numba import cluster_slab, label_slab, number

__all__ = ["block_clusters"]


def block_clusters(
    stencil: VariableStencil, ratio: tuple[int, int, int] = (2, 2, 2), theta: float = 0.03
) -> BlockClusters:
    """Cut the box into blocks and each block into clusters of cells that may share one coarse unknown.

    Piecewise constant coarse unknowns fail where a block mixes cells that hardly feel each other: two
    materials, or two sides of a wall. So within a block clusters merge, strongest pair first, as long
    as the faces between them add up to ``theta`` times the larger kappa of the two, where kappa is
    the largest face of any of their cells. Cells that no face joins never share an unknown.

    Parameters
    ----------
    stencil : VariableStencil of float64, shape (n0, n1, n2)
    ratio : tuple of int
        1 or 2 per axis: cells of a block; odd last cells make a smaller block.
    theta : float
        Weakest connection within a cluster.

    Returns
    -------
    BlockClusters
        Clusters numbered block by block, blocks with an even sum of indices first.

    Examples
    --------
    >>> c0, c1, c2 = np.zeros((3, 1, 1, 4))
    >>> c2[0, 0] = 1.0, 1.0, 0.0, 0.0
    >>> block_clusters(VariableStencil(c0, c1, c2, np.ones((1, 1, 4))), (1, 1, 2)).labels
    array([[[0, 0, 1, 2]]], dtype=int32)
    """
    shape = stencil.d.shape
    n0, n1, n2 = (-(-n // r) for n, r in zip(shape, ratio, strict=True))
    local, reach = np.empty(shape, np.uint8), np.empty(shape)
    first, count = np.empty((n0, n1, n2), np.int32), np.empty((n0, n1, n2), np.uint8)
    parts = slabs(n0, stencil.d.size)
    kappas = run_slabs(cluster_slab, parts, *stencil, ratio, theta, local, reach, count)
    clusters = number(count, first)
    labels, home, kappa = np.empty(shape, np.int32), np.empty(clusters, np.int32), np.empty(clusters)
    tasks = [
        (lo, hi, slab_kappa, ratio, local, first, count, labels, home, kappa)
        for (lo, hi), slab_kappa in zip(parts, kappas, strict=True)
    ]
    run_tasks(label_slab, tasks)
    return BlockClusters(labels, first, count, home, kappa, reach)
