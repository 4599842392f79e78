"""Levels of a hierarchy of weighted graphs, and how blocks of nodes are laid out and coarsened."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._graph import Graph, Indices
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.block_clusters import block_clusters
from sciml.kernels.block_graph import block_graph
from sciml.kernels.csr_sor import Chunks, csr_sor, sweep_chunks
from sciml.kernels.csr_transfer import restrict_labels
from sciml.kernels.face_statistics import face_statistics
from sciml.kernels.graph_clusters import graph_clusters
from sciml.kernels.graph_coarsen import graph_coarsen
from sciml.kernels.graph_rows import axis_means, graph_rows

__all__ = ["Blocks", "GraphLevel", "Ratio", "block_ratio", "coarsen_graph", "first_level"]

SAMPLE = 30_000  # nodes that tell the mean conductance per axis

Ratio: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Where the nodes of a graph sit: the box of blocks and the block of each node.

    Parameters
    ----------
    shape : (B0, B1, B2)
    home : ndarray of int32, shape (n,)
        C-order index of each node's block.
    kappa, heaviest : ndarray, shape (n,)
        What the edges of a node are measured against, and the heaviest of them.
    """

    shape: tuple[int, int, int]
    home: Indices
    kappa: Array
    heaviest: Array


@dataclass(eq=False)
class GraphLevel:
    """One level: its matrix, workspace, and the cluster of each node (none on the coarsest).

    Parameters
    ----------
    graph : Graph
    d, inverse : ndarray, shape (n,)
        Diagonal and its reciprocal, 0 where the diagonal is 0.
    x, f : ndarray, shape (n,)
        Iterate and right-hand side.
    chunks : list of ndarray
        How threads share a sweep.
    labels : ndarray of int32, shape (n,), optional
    """

    graph: Graph
    d: Array
    inverse: Array
    x: Array
    f: Array
    chunks: Chunks
    labels: Indices | None = None

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.d)

    def relax(self, omega: float, sweeps: int, *, backward: bool = False, zero: bool = False) -> None:
        """SOR sweeps for A x = f."""
        rows = self.graph.starts, self.graph.columns, self.graph.weights
        csr_sor(
            *rows, self.inverse, self.x, self.f, omega=omega, sweeps=sweeps, backward=backward, zero=zero,
            chunks=self.chunks,
        )

    def restrict(self, coarse: Array) -> None:
        """Write the residual, summed over clusters, into `coarse`."""
        assert self.labels is not None
        rows = self.graph.starts, self.graph.columns, self.graph.weights
        restrict_labels(*rows, self.d, self.x, self.f, self.labels, coarse)


def graph_level(graph: Graph, d: Array, home: Indices) -> GraphLevel:
    """A level with its workspace; `home` is the block of each node."""
    inverse = np.divide(1, d, out=np.zeros_like(d), where=d > 0)
    chunks = sweep_chunks(graph.starts, graph.columns, home)
    return GraphLevel(graph, d, inverse, np.zeros_like(d), np.zeros_like(d), chunks)


def block_ratio(means: NDArray[np.float64], shape: tuple[int, int, int], semi: float = 4.0) -> Ratio:
    """Axes to coarsen: those whose mean conductance is at least 1 / `semi` of the largest.

    Point relaxation only smooths along strong axes, so only those may lose resolution.

    Examples
    --------
    >>> block_ratio(np.array([1.0, 0.5, 0.01]), (8, 8, 8))
    (2, 2, 1)
    """
    candidates = [mean if n > 1 else 0.0 for mean, n in zip(means, shape, strict=True)]
    r0, r1, r2 = (2 if mean > 0 and semi * mean >= max(candidates) else 1 for mean in candidates)
    return r0, r1, r2


def first_level(
    stencil: VariableStencil, theta: float, dtype: DTypeLike
) -> tuple[Ratio, Indices, GraphLevel, Blocks]:
    """The graph of the clusters of a box: ratio, cluster of each cell, level and blocks."""
    n0, n1, n2 = stencil.d.shape
    ratio = block_ratio(face_statistics(stencil).means, (n0, n1, n2))
    clusters = block_clusters(stencil, ratio, theta)
    graph = block_graph(stencil, ratio, clusters, dtype)
    d, heaviest = graph_rows(graph)
    kappa = _capped(clusters.kappa.astype(dtype), heaviest)
    B0, B1, B2 = clusters.first.shape
    blocks = Blocks((B0, B1, B2), clusters.home, kappa, heaviest)
    return ratio, clusters.labels, graph_level(graph, d, clusters.home), blocks


def coarsen_graph(level: GraphLevel, blocks: Blocks, theta: float) -> tuple[GraphLevel, Blocks] | None:
    """The next coarser level, linked from `level`; None when no axis is left to coarsen."""
    graph = level.graph
    every = 1 + level.size // SAMPLE
    ratio = block_ratio(axis_means(graph, blocks.home, blocks.shape, every), blocks.shape)
    if ratio == (1, 1, 1):
        return None
    shape, parent, natural, along = _parents(blocks.shape, ratio)
    clusters = graph_clusters(
        graph, level.d, blocks.heaviest, blocks.kappa, parent[blocks.home], len(natural), theta
    )
    across = blocks.home
    coarse = graph_coarsen(graph, clusters, across, along[across] if len(along) else along)
    d, heaviest = graph_rows(coarse)
    level.labels = clusters.labels
    home = natural[clusters.home]
    return graph_level(coarse, d, home), Blocks(shape, home, _capped(clusters.kappa, heaviest), heaviest)


def _capped(kappa: Array, heaviest: Array) -> Array:
    """Kappa, at most the heaviest edge of a node: scaling may have left nothing as large as before."""
    return np.where(heaviest > 0, np.minimum(kappa, heaviest), kappa)


def _parents(
    shape: tuple[int, int, int], ratio: Ratio
) -> tuple[tuple[int, int, int], Indices, Indices, Indices]:
    """Layout of the parents of a box of blocks.

    Returns their shape; the rank of each block's parent, red parents (even sum of indices) first;
    the C-order index of each rank; and the blocks counted over coarsened axes only (empty: all are).
    """
    B0, B1, B2 = (-(-n // r) for n, r in zip(shape, ratio, strict=True))
    colour = (np.arange(B0)[:, None, None] + np.arange(B1)[:, None] + np.arange(B2)) & 1
    natural = np.argsort(colour.ravel(), kind="stable").astype(np.int32)
    rank = np.empty_like(natural)
    rank[natural] = np.arange(len(natural), dtype=np.int32)
    i, j, k = (np.arange(n, dtype=np.int32) // r for n, r in zip(shape, ratio, strict=True))
    parent = rank.reshape(B0, B1, B2)[i[:, None, None], j[:, None], k].ravel()
    if all(r == 2 or n == 1 for n, r in zip(shape, ratio, strict=True)):
        return (B0, B1, B2), parent, natural, np.empty(0, np.int32)
    i, j, k = (np.arange(n, dtype=np.int32) * (r - 1) for n, r in zip(shape, ratio, strict=True))
    along = ((i[:, None, None] * np.int32(shape[1]) + j[:, None]) * np.int32(shape[2]) + k).ravel()
    return (B0, B1, B2), parent, natural, along
